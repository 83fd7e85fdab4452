# SPDX-License-Identifier: Apache-2.0
"""When a failed task is tried again, and how long after."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from sluice import _checks, _core
from sluice._retry_choices import BackoffStrategy, RetryCondition
from sluice._texts import errors_of

ATTEMPTS_MAX = 1000
DELAY_MAX = 30 * 24 * 3600  # seconds


@dataclass(frozen=True, repr=False)
class RetryPolicy:
    """Made by `RetryPolicy.builder()` or `RetryPolicy.default()`.

    Delays are in seconds, at least a millisecond when they are not 0.
    """

    max_attempts: int = 3
    initial_delay: float = 1.0
    max_delay: float = 60.0
    backoff_strategy: BackoffStrategy = BackoffStrategy.exponential()
    retry_condition: RetryCondition = RetryCondition.all_errors()
    with_jitter: bool = True

    def __post_init__(self) -> None:
        _checks.whole(self.max_attempts, "max_attempts", 1, ATTEMPTS_MAX)
        for name in ("initial_delay", "max_delay"):
            delay = _checks.number(getattr(self, name), name)
            if not 0 <= delay <= DELAY_MAX:
                raise ValueError(f"{name} is 0 to {DELAY_MAX}, not {delay}")
        _checks.instance(self.backoff_strategy, BackoffStrategy)
        _checks.instance(self.retry_condition, RetryCondition)
        _checks.flag(self.with_jitter, "with_jitter")

    @staticmethod
    def builder() -> RetryPolicyBuilder:
        return RetryPolicyBuilder()

    @staticmethod
    def default() -> RetryPolicy:
        """Three attempts, 1 s and 2 s apart with jitter, after any error."""
        return RetryPolicy()

    def should_retry(self, attempt: int, error_type: str) -> bool:
        """Whether attempt number `attempt`, that failed with this text, is followed by another."""
        number, text = number_of(attempt), _checks.text(error_type, "error_type")
        with errors_of("Invalid retry policy"):
            return _core.should_retry(self._text(), number, text)

    def calculate_delay(self, attempt: int) -> float:
        """Seconds to wait after failed attempt number `attempt`, jitter included."""
        number = number_of(attempt)
        with errors_of("Invalid retry policy"):
            return _core.retry_delay(self._text(), number) / 1e6

    def document(self) -> dict[str, Any]:
        """What the engine reads."""
        return {
            "max_attempts": self.max_attempts,
            "initial_delay_ms": _checks.milliseconds(self.initial_delay),
            "max_delay_ms": _checks.milliseconds(self.max_delay),
            "jitter": self.with_jitter,
            **self.backoff_strategy._document,
            **self.retry_condition._document,
        }

    def _text(self) -> str:
        return json.dumps(self.document())

    def __repr__(self) -> str:
        return (
            f"RetryPolicy(max_attempts={self.max_attempts}, initial_delay={self.initial_delay}s, "
            f"max_delay={self.max_delay}s, jitter={self.with_jitter})"
        )


class RetryPolicyBuilder:
    """Each method gives a new builder; what is not said is as in `RetryPolicy.default()`."""

    __slots__ = ("_policy",)

    def __init__(self) -> None:
        self._policy = RetryPolicy()

    def max_attempts(self, attempts: int) -> RetryPolicyBuilder:
        """So many tries in all; 0 means one, too."""
        return self._with(max_attempts=tries(attempts, "max_attempts"))

    def initial_delay(self, delay_seconds: float) -> RetryPolicyBuilder:
        return self._with(initial_delay=_checks.number(delay_seconds, "initial_delay"))

    def max_delay(self, delay_seconds: float) -> RetryPolicyBuilder:
        return self._with(max_delay=_checks.number(delay_seconds, "max_delay"))

    def backoff_strategy(self, strategy: BackoffStrategy) -> RetryPolicyBuilder:
        return self._with(backoff_strategy=strategy)

    def retry_condition(self, condition: RetryCondition) -> RetryPolicyBuilder:
        return self._with(retry_condition=condition)

    def with_jitter(self, jitter: bool) -> RetryPolicyBuilder:
        return self._with(with_jitter=jitter)

    def build(self) -> RetryPolicy:
        return self._policy

    def _with(self, **changes: Any) -> RetryPolicyBuilder:
        builder = RetryPolicyBuilder()
        builder._policy = replace(self._policy, **changes)
        return builder


def tries(said: int, name: str) -> int:
    """No retries at all is still one try."""
    return max(1, _checks.whole(said, name, 0, ATTEMPTS_MAX))


def number_of(attempt: int) -> int:
    """As far as the engine counts: no policy tells larger numbers apart."""
    if isinstance(attempt, bool) or not isinstance(attempt, int):
        raise TypeError(f"attempt is a whole number, not {type(attempt).__name__}")
    return min(max(attempt, 1), 10**6)
