# SPDX-License-Identifier: Apache-2.0
"""When a failed task is tried again, and how long after."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from sluice import _core
from sluice._retry_choices import BackoffStrategy, RetryCondition
from sluice._texts import errors_of

ATTEMPTS_MAX = 1000


@dataclass(frozen=True, repr=False)
class RetryPolicy:
    """Made by `RetryPolicy.builder()` or `RetryPolicy.default()`; delays are in seconds."""

    max_attempts: int = 3
    initial_delay: float = 1.0
    max_delay: float = 60.0
    backoff_strategy: BackoffStrategy = BackoffStrategy.exponential()
    retry_condition: RetryCondition = RetryCondition.all_errors()
    with_jitter: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.max_attempts <= ATTEMPTS_MAX:
            raise ValueError(f"max_attempts is 1 to {ATTEMPTS_MAX}, not {self.max_attempts}")
        for name in ("initial_delay", "max_delay"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is not negative, not {getattr(self, name)}")

    @staticmethod
    def builder() -> RetryPolicyBuilder:
        return RetryPolicyBuilder()

    @staticmethod
    def default() -> RetryPolicy:
        """Three attempts, 1 s and 2 s apart with jitter, after any error."""
        return RetryPolicy()

    def should_retry(self, attempt: int, error_type: str) -> bool:
        """Whether attempt number `attempt`, that failed with this text, is followed by another."""
        with errors_of("Invalid retry policy"):
            return _core.should_retry(self._text(), attempt, error_type)

    def calculate_delay(self, attempt: int) -> float:
        """Seconds to wait after failed attempt number `attempt`, jitter included."""
        with errors_of("Invalid retry policy"):
            return _core.retry_delay(self._text(), attempt) / 1e6

    def document(self) -> dict[str, Any]:
        """What the engine reads."""
        return {
            "max_attempts": self.max_attempts,
            "initial_delay_ms": round(self.initial_delay * 1000),
            "max_delay_ms": round(self.max_delay * 1000),
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
        return self._with(max_attempts=tries(attempts))

    def initial_delay(self, delay_seconds: float) -> RetryPolicyBuilder:
        return self._with(initial_delay=float(delay_seconds))

    def max_delay(self, delay_seconds: float) -> RetryPolicyBuilder:
        return self._with(max_delay=float(delay_seconds))

    def backoff_strategy(self, strategy: BackoffStrategy) -> RetryPolicyBuilder:
        return self._with(backoff_strategy=instance(strategy, BackoffStrategy))

    def retry_condition(self, condition: RetryCondition) -> RetryPolicyBuilder:
        return self._with(retry_condition=instance(condition, RetryCondition))

    def with_jitter(self, jitter: bool) -> RetryPolicyBuilder:
        return self._with(with_jitter=bool(jitter))

    def build(self) -> RetryPolicy:
        return self._policy

    def _with(self, **changes: Any) -> RetryPolicyBuilder:
        builder = RetryPolicyBuilder()
        builder._policy = replace(self._policy, **changes)
        return builder


def tries(said: int) -> int:
    """No retries at all is still one try."""
    return 1 if said == 0 else said


def instance(value: Any, wanted: type) -> Any:
    if not isinstance(value, wanted):
        raise TypeError(f"a {wanted.__name__} is needed, not {type(value).__name__}")
    return value
