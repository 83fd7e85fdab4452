# SPDX-License-Identifier: Apache-2.0
"""What `trigger()` takes, and what its functions answer."""

import inspect

import pytest

from sluice import Context, TriggerResult, trigger
from sluice._triggers import duration_ms, poll_of


def test_parameters_are_those_of_the_contract():
    parameters = inspect.signature(trigger).parameters
    assert {name: one.default for name, one in parameters.items()} == {
        "name": None, "on": None, "poll_interval": "30s", "cron": None, "timezone": None,
        "allow_concurrent": False,
    }
    assert {one.kind.name for one in parameters.values()} == {"KEYWORD_ONLY"}
    assert repr(parameters["poll_interval"].default) == "'30s'"


def test_function_itself_is_returned():
    def function():
        return True

    assert trigger(name="t")(function) is function


@pytest.mark.parametrize("text, milliseconds", [
    ("1ms", 1), ("100ms", 100), ("1s", 1000), ("30s", 30_000), ("5m", 300_000),
    ("2h", 7_200_000),
])
def test_durations_are_a_number_and_a_unit(text, milliseconds):
    assert duration_ms(text) == milliseconds


@pytest.mark.parametrize("text", [
    "", "30", "s", "1.5s", "-1s", "1 s", "1S", "1d", "0s", "1s ", "1s\n", "٣s", 30, None,
])
def test_other_durations_are_refused(text):
    with pytest.raises(ValueError, match="is no duration"):
        duration_ms(text)
    with pytest.raises(ValueError):
        trigger(poll_interval=text)


@pytest.mark.parametrize("words", [
    {"cron": "0 3 * * *", "on": "w", "poll_interval": "30s"},
    {"cron": "0 3 * * *", "on": "w", "poll_interval": "1m"},
    {"cron": "0 3 * * *"},
    {"timezone": "UTC"},
    {"on": "w", "timezone": "UTC"},
], ids=str)
def test_what_does_not_go_together_is_refused(words):
    with pytest.raises(ValueError):
        trigger(**words)


def test_skip_and_fire_say_what_they_are():
    skip, fire = TriggerResult.skip(), TriggerResult.fire()
    assert skip.is_skip_result() is True and skip.is_fire_result() is False
    assert fire.is_fire_result() is True and fire.is_skip_result() is False
    assert repr(skip) == "TriggerResult.Skip"
    assert repr(fire) == "TriggerResult.Fire(Context({}))"
    assert "number" in repr(TriggerResult.fire(Context({"number": 42})))


def test_fire_takes_a_context():
    with pytest.raises(TypeError, match="fire.. takes a Context, not dict"):
        TriggerResult.fire({"a": 1})


async def later():
    return TriggerResult.fire(Context({"a": 1}))


@pytest.mark.parametrize("function, document", [
    (lambda: True, "{}"), (lambda: False, None), (TriggerResult.skip, None),
    (TriggerResult.fire, "{}"), (lambda: TriggerResult.fire(Context({"a": [1]})), '{"a":[1]}'),
    (later, '{"a":1}'),
])
def test_answers_become_a_document_or_none(function, document):
    assert poll_of(function)() == document


@pytest.mark.parametrize("answer", [None, 1, "yes", {}, Context()])
def test_other_answers_are_errors(answer):
    with pytest.raises(TypeError, match="returns a TriggerResult or a bool, not"):
        poll_of(lambda: answer)()


def test_error_of_the_function_goes_to_the_engine():
    with pytest.raises(ZeroDivisionError):
        poll_of(lambda: 1 // 0)()
