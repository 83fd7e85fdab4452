# SPDX-License-Identifier: Apache-2.0
"""When a request is tried again, for every transport.

A conversation yields what is to be done next, a request or a pause, and is sent what came of it.
It ends with the result of the call, or raises.
"""

import random
from collections.abc import Generator
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from sluice.client.errors import SluiceError, error_of
from sluice.client.exchange import Answer, Call, NoAnswer, Outcome, Request

T = TypeVar("T")

DELAY_INITIAL = 0.2  # seconds; doubling, six tries take about five seconds with their jitter
DELAY_MAX = 10.0
RETRY_AFTER_MAX = 60.0  # who is asked to wait longer than this is told so instead

TOO_MUCH_TO_DO = (429, 503)
LOST_BY_A_PROXY = (502, 504)  # the request may have been obeyed behind it
REFUSED_AS_DONE = (400, 404, 409)


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


Conversation = Generator[Request | Pause, Outcome | None, T]


def converse(call: Call[T], tries: int) -> Conversation[T]:
    """`tries` counts the first one."""
    may_be_done = False
    for number in count(1):
        outcome = yield call.request
        assert outcome is not None, "a request has an outcome"
        if isinstance(outcome, Answer) and call.accepts(outcome):
            return call.read(outcome)
        delay = delay_before_next(call, outcome, number) if number < tries else None
        if delay is None:
            break
        may_be_done = may_be_done or may_have_been_obeyed(outcome)
        yield Pause(delay)
    assert outcome is not None
    if may_be_done and call.confirm and is_refused_as_done(outcome):
        return (yield from confirmed(call.confirm, tries, error_of(outcome)))
    raise failure(outcome)


def confirmed(call: Call[T], tries: int, refusal: SluiceError) -> Conversation[T]:
    try:
        return (yield from converse(call, tries))
    except SluiceError as doubt:
        raise refusal from doubt


def failure(outcome: Outcome) -> SluiceError:
    error = error_of(outcome)
    error.__cause__ = outcome.failure if isinstance(outcome, NoAnswer) else None
    return error


def delay_before_next(call: Call[T], outcome: Outcome, number: int) -> float | None:
    """Seconds before try `number` + 1; None: it makes no sense, or could do harm."""
    if not may_be_tried_again(call, outcome):
        return None
    asked = outcome.retry_after if isinstance(outcome, Answer) else None
    if asked is None:
        longest = min(DELAY_MAX, DELAY_INITIAL * 2.0 ** min(number - 1, 30))
        return random.uniform(0.5, 1.0) * longest
    if asked > RETRY_AFTER_MAX:
        return None
    return random.uniform(1.0, 1.25) * asked  # not all that were sent away come back at once


def may_be_tried_again(call: Call[T], outcome: Outcome) -> bool:
    if isinstance(outcome, NoAnswer):
        return call.repeatable or not outcome.was_sent
    if outcome.status in TOO_MUCH_TO_DO:
        return True  # a server that says so has done nothing
    return call.repeatable and outcome.status in LOST_BY_A_PROXY


def may_have_been_obeyed(outcome: Outcome) -> bool:
    if isinstance(outcome, NoAnswer):
        return outcome.was_sent
    return outcome.status not in TOO_MUCH_TO_DO


def is_refused_as_done(outcome: Outcome) -> bool:
    return isinstance(outcome, Answer) and outcome.status in REFUSED_AS_DONE
