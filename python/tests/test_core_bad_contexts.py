# SPDX-License-Identifier: Apache-2.0
"""Contexts at their limits, and beyond, go in and out of the engine."""

import math

import pytest

from sluice import Context, DefaultRunner, WorkflowBuilder, task

LIMIT = 16 * 1024 * 1024
FRAME = len('{"a":""}')


def nested(levels):
    value = 0
    for _ in range(levels):
        value = [value]
    return value


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    path = tmp_path_factory.mktemp("contexts") / "a.db"
    with DefaultRunner(f"sqlite://{path}") as runner:
        with WorkflowBuilder("gives"):
            task(id="only", retry_attempts=1)(lambda context: context)
        yield runner


def fails(runner, function):
    with WorkflowBuilder("fails"):
        task(id="only", retry_attempts=1)(function)
    result = runner.execute("fails")
    assert result.status == "Failed"
    return result.task_results[0].error


@pytest.mark.parametrize("values", [
    {}, {"": 0}, {"a.b[0]": {"": [[]]}}, {"large": 2**64 - 1, "small": -(2**63)},
    {"float": 1.0, "tiny": 5e-324, "huge": 1.7976931348623157e308, "minus": -0.0},
    {"text": "\u0001\\\"\n\u2028\U0001f600\x7f"}, {"null": None, "yes": True, "no": False},
    {f"k{number}": number for number in range(100_000)}, {"deep": nested(100)},
], ids=lambda values: str(values)[:20])
def test_good_contexts_come_out_as_they_went_in(runner, values):
    out = runner.execute("gives", Context(values)).final_context.to_dict()
    assert out == values
    assert [type(value) for value in out.values()] == [type(value) for value in values.values()]
    assert list(out) == list(values)


def test_initial_context_may_be_as_large_as_the_limit(runner):
    result = runner.execute("gives", Context({"a": "x" * (LIMIT - FRAME)}))
    assert result.status == "Completed"
    assert len(result.final_context["a"]) == LIMIT - FRAME


def test_larger_initial_context_is_refused_with_its_size(runner):
    with pytest.raises(ValueError, match="has 16,777,217 bytes; 16,777,216 are allowed"):
        runner.execute("gives", Context({"a": "x" * (LIMIT - FRAME + 1)}))


def test_larger_output_fails_the_task_with_its_size(runner):
    error = fails(runner, lambda context: Context({"a": "x" * (LIMIT - FRAME + 1)}))
    assert error == ("the context of task 'only' has 16,777,217 bytes; "
                     "16,777,216 are allowed")


@pytest.mark.parametrize("value, text", [
    (math.nan, "NaN is not a JSON value"), (math.inf, "Infinity is not a JSON value"),
    (2**64, "the integer 18446744073709551616 does not fit 64 bits"),
    (10**5000, "does not fit 64 bits"), ({1}, "a value of type set is not a JSON value"),
    ("\udfff", "text that is not UTF-8 is not a JSON value"),
    (nested(101), "nested deeper than 100 levels (a cycle?)"),
], ids=lambda value: str(type(value)))
def test_what_is_no_json_fails_the_body_with_its_key(runner, value, text):
    error = fails(runner, lambda context: context.set("key", value))
    assert error.startswith("ValueError: context key 'key") and text in error


def test_task_that_returns_something_else_fails(runner):
    assert fails(runner, lambda context: 7) == (
        "TypeError: a task returns a Context or None, not int")


@pytest.mark.parametrize("document", ["[]", '{"a":NaN}', '{"a":1,"a":2}', "{", "\x00", "\ud800"])
def test_documents_that_are_no_context_are_refused(document):
    with pytest.raises(ValueError):
        Context.from_json(document)
