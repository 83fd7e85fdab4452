# SPDX-License-Identifier: Apache-2.0
"""The keywords `retry_…` of `task()` become a policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, Union

from sluice import _checks
from sluice._retry import DELAY_MAX, RetryPolicy, tries
from sluice._retry_choices import BackoffStrategy, RetryCondition

C = TypeVar("C")
Condition = Union[str, Sequence[str], RetryCondition]

_BACKOFFS: dict[str, Callable[[], BackoffStrategy]] = {
    "fixed": BackoffStrategy.fixed,
    "linear": BackoffStrategy.linear,
    "exponential": BackoffStrategy.exponential,
}
_CONDITIONS: dict[str, Callable[[], RetryCondition]] = {
    "never": RetryCondition.never,
    "transient": RetryCondition.transient_only,
    "all": RetryCondition.all_errors,
}


def policy_of(said: Mapping[str, Any]) -> RetryPolicy:
    """From those keywords that were given; the others are as in the default."""
    members = {
        MEMBERS[keyword][0]: MEMBERS[keyword][1](value, keyword)
        for keyword, value in said.items() if value is not None
    }
    return RetryPolicy(**members)


def attempts_of(said: Any, keyword: str) -> int:
    if isinstance(said, bool) or not isinstance(said, int):
        raise ValueError(f"{keyword} is a whole number, not {_checks.shown(said)}")
    return tries(said, keyword)


def seconds_of(said: Any, keyword: str) -> float:
    if isinstance(said, bool) or not isinstance(said, (int, float)):
        raise ValueError(f"{keyword} is a number of milliseconds, not {_checks.shown(said)}")
    if not 0 <= said <= DELAY_MAX * 1000:
        raise ValueError(f"{keyword} is 0 to {DELAY_MAX * 1000}, not {_checks.shown(said)}")
    return said / 1000


def backoff_of(said: Any, keyword: str) -> BackoffStrategy:
    if isinstance(said, BackoffStrategy):
        return said
    return chosen(_BACKOFFS, said, keyword)()


def jitter_of(said: Any, keyword: str) -> bool:
    if not isinstance(said, bool):
        raise ValueError(f"{keyword} is True or False, not {_checks.shown(said)}")
    return said


def condition_of(said: Condition, keyword: str) -> RetryCondition:
    if isinstance(said, RetryCondition):
        return said
    if isinstance(said, (list, tuple)):
        return RetryCondition.error_pattern(said)
    return chosen(_CONDITIONS, said, keyword)()


def chosen(choices: Mapping[str, C], said: Any, keyword: str) -> C:
    if not isinstance(said, str) or said not in choices:
        raise ValueError(f"{keyword} is one of {', '.join(choices)}, not {said!r}")
    return choices[said]


MEMBERS: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "retry_attempts": ("max_attempts", attempts_of),
    "retry_backoff": ("backoff_strategy", backoff_of),
    "retry_delay_ms": ("initial_delay", seconds_of),
    "retry_max_delay_ms": ("max_delay", seconds_of),
    "retry_condition": ("retry_condition", condition_of),
    "retry_jitter": ("with_jitter", jitter_of),
}
