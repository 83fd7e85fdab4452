# SPDX-License-Identifier: Apache-2.0
"""When a request is tried again, without a network."""

import itertools

import httpx
import pytest

from sluice.client import Conflict, NotFound, SluiceError, Unavailable
from sluice.client.conversation import DELAY_MAX, Pause, converse
from sluice.client.exchange import Answer, Call, NoAnswer, Request

DONE = Answer(200, {}, b"{}")
REFUSED = NoAnswer(httpx.ConnectError("refused"), was_sent=False)
BROKEN = NoAnswer(httpx.ReadError("broken"), was_sent=True)


def refusal(status, **headers):
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()})


def call(repeatable=False, confirm=None):
    return Call(Request("PUT", "/x"), lambda _: "result", repeatable, confirm=confirm)


def hold(call, outcomes, tries=6):
    """(what came of it, requests, pauses) when the tries have these outcomes."""
    requests, pauses = [], []
    steps = converse(call, tries)
    outcomes = iter(outcomes)
    outcome = None
    try:
        while True:
            step = steps.send(outcome)
            outcome = None
            if isinstance(step, Pause):
                pauses.append(step.seconds)
            else:
                requests.append(step)
                outcome = next(outcomes)
    except StopIteration as end:
        return end.value, requests, pauses
    except SluiceError as error:
        return error, requests, pauses


# outcome of the first try: is a call tried again that may be (not) be repeated?
REPETITIONS = [
    (REFUSED, True, True), (BROKEN, False, True), (refusal(503), True, True),
    (refusal(429), True, True), (refusal(502), False, True), (refusal(504), False, True),
    (refusal(500), False, False), (refusal(400), False, False), (refusal(401), False, False),
    (refusal(404), False, False), (refusal(409), False, False), (refusal(302), False, False),
]


@pytest.mark.parametrize("outcome, always, when_repeatable", REPETITIONS, ids=str)
def test_only_what_can_do_no_harm_is_tried_again(outcome, always, when_repeatable):
    for repeatable, again in ((False, always), (True, when_repeatable)):
        result, requests, _ = hold(call(repeatable), [outcome, DONE])
        assert len(requests) == (2 if again else 1)
        assert (result == "result") is again


def test_tries_end_with_the_last_error():
    result, requests, pauses = hold(call(True), [BROKEN, refusal(503), REFUSED], tries=3)
    assert (len(requests), len(pauses)) == (3, 2)
    assert isinstance(result, Unavailable)
    assert result.__cause__ is REFUSED.failure
    assert str(result) == "no answer: ConnectError: refused"


def test_one_try_means_none_again():
    assert len(hold(call(True), [REFUSED], tries=1)[1]) == 1


def test_delays_double_up_to_the_longest():
    pauses = hold(call(), [REFUSED] * 20, tries=20)[2]
    longest = [min(DELAY_MAX, 0.2 * 2**i) for i in range(19)]
    assert all(most / 2 <= pause <= most for pause, most in zip(pauses, longest, strict=True))


def test_server_says_how_long_to_wait():
    [pause] = hold(call(), [refusal(503, retry_after="7"), DONE])[2]
    assert 7 <= pause <= 7 * 1.25


@pytest.mark.parametrize("text", ["", "soon", "-1", "Sat, 31 Jan 2026 12:00:00 GMT", "٣"])
def test_retry_after_that_is_no_number_of_seconds_counts_for_nothing(text):
    [pause] = hold(call(), [refusal(503, retry_after=text), DONE])[2]
    assert pause <= 0.2


def test_who_is_to_wait_too_long_is_told_so_instead():
    error, requests, _ = hold(call(), [refusal(429, retry_after="3600")])
    assert (type(error), error.retry_after, len(requests)) == (Unavailable, 3600, 1)


def confirmation(error=None):
    def read(_):
        if error:
            raise error
        return "confirmed"

    return Call(Request("GET", "/x"), read, repeatable=True)


@pytest.mark.parametrize("status", [400, 404, 409])
def test_repetition_that_is_refused_as_done_is_confirmed(status):
    asked = call(True, confirmation())
    result, requests, _ = hold(asked, [BROKEN, refusal(503), refusal(status), DONE])
    assert result == "confirmed"
    assert [request.method for request in requests] == ["PUT", "PUT", "PUT", "GET"]


@pytest.mark.parametrize("first", [REFUSED, refusal(503), refusal(429)])
def test_nothing_is_confirmed_when_the_first_request_was_not_obeyed(first):
    result, requests, _ = hold(call(True, confirmation()), [first, refusal(404)])
    assert (type(result), len(requests)) == (NotFound, 2)


def test_what_is_not_confirmed_was_refused():
    doubt = SluiceError("no")
    error, _, _ = hold(call(True, confirmation(doubt)), [BROKEN, refusal(409), DONE])
    assert (type(error), error.__cause__) == (Conflict, doubt)


def test_no_order_of_outcomes_asks_more_often_than_there_are_tries():
    outcomes = [REFUSED, BROKEN, refusal(503), refusal(404), DONE]
    for order in itertools.product(outcomes, repeat=4):
        result, requests, pauses = hold(call(True), order, tries=4)
        assert len(requests) == len(pauses) + 1 <= 4
        assert (result == "result") == (order[len(requests) - 1] is DONE)
