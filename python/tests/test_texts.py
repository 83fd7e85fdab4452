# SPDX-License-Identifier: Apache-2.0
"""The words that programs match, each in the form of the contract."""

import pytest

from sluice import _core, _texts

CONTRACT = [
    (_texts.GET_SCHEDULE, "Failed to get cron schedule"),
    (_texts.UPDATE_SCHEDULE, "Failed to update cron schedule"),
    (_texts.INVALID_SCHEDULE_ID, "Invalid schedule ID"),
    (_texts.INVALID_DATETIME, "Invalid datetime format"),
    (_texts.EMPTY_SCHEMA, "Schema name cannot be empty"),
    (_texts.SCHEMA_CHARACTERS,
     "Schema name must contain only alphanumeric characters and underscores"),
    (_texts.SET_UP_SCHEMA,
     "Failed to create DefaultRunner with schema: Failed to set up schema '{schema}'"),
    (_texts.EXECUTE, "Workflow execution failed"),
    (_texts.EMPTY_WORKFLOW, "Failed to build workflow: Workflow cannot be empty"),
    (_texts.UNKNOWN_TASK, "Task '{id}' not found in registry"),
    (_texts.NO_TASK, "Task must be either a string task ID or a function object"),
    (_texts.CREATE_RUNNER, "Failed to create DefaultRunner"),
]


@pytest.mark.parametrize("text, contract", CONTRACT, ids=[row[1] for row in CONTRACT])
def test_text_is_that_of_the_contract(text, contract):
    assert text == contract


@pytest.mark.parametrize("kind", ["invalid", "not_found", "conflict", "unavailable", "overloaded"])
def test_refusals_are_value_errors_with_the_words_before_them(kind):
    with pytest.raises(ValueError) as refusal:
        with _texts.errors_of("Failed to try"):
            raise _core.Error(kind, "the reason")
    assert str(refusal.value) == "Failed to try: the reason"
    assert isinstance(refusal.value.__cause__, _core.Error)


@pytest.mark.parametrize("kind", ["closed", "forked", "broken"])
def test_runner_that_is_gone_is_a_runtime_error_in_the_words_of_the_engine(kind):
    with pytest.raises(RuntimeError) as refusal:
        with _texts.errors_of("Failed to try"):
            raise _core.Error(kind, "the Runner is gone")
    assert str(refusal.value) == "the Runner is gone"


def test_all_problems_are_told():
    error = _core.Error("invalid", "2 problems", ["the first", "the second"])
    assert str(_texts.said("Failed", error)) == "Failed: the first; the second"


def test_other_exceptions_go_through():
    with pytest.raises(KeyError):
        with _texts.errors_of("Failed to try"):
            raise KeyError("mine")
