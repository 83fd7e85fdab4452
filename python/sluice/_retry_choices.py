# SPDX-License-Identifier: Apache-2.0
"""How delays grow, and which errors count: the two choices of a retry policy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sluice import _checks


def positive(said: float, name: str) -> float:
    number = _checks.number(said, name)
    if not 0 < number < float("inf"):
        raise ValueError(f"{name} is a positive number, not {number}")
    return number


class _Choice:
    """A word for the engine, with its parameters, that is only made by named functions."""

    __slots__ = ("_document", "_text")

    def __init__(self, document: dict[str, Any], text: str) -> None:
        self._document = document
        self._text = text

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._document == other._document

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self._text}"


class BackoffStrategy(_Choice):
    """How the delays grow from one attempt to the next."""

    @staticmethod
    def fixed() -> BackoffStrategy:
        """Always the initial delay."""
        return BackoffStrategy({"backoff": "fixed"}, "Fixed")

    @staticmethod
    def linear(multiplier: float = 1.0) -> BackoffStrategy:
        """After attempt n: the initial delay · n · multiplier."""
        factor = positive(multiplier, "multiplier")
        return BackoffStrategy(
            {"backoff": "linear", "multiplier": factor}, f"Linear(multiplier={factor})"
        )

    @staticmethod
    def exponential(base: float = 2.0, multiplier: float | None = None) -> BackoffStrategy:
        """After attempt n: the initial delay · multiplier · base^(n - 1)."""
        base = positive(base, "base")
        factor = positive(1.0 if multiplier is None else multiplier, "multiplier")
        return BackoffStrategy(
            {"backoff": "exponential", "base": base, "multiplier": factor},
            f"Exponential(base={base}, multiplier={factor})",
        )


class RetryCondition(_Choice):
    """Which errors are worth another attempt."""

    @staticmethod
    def never() -> RetryCondition:
        return RetryCondition({"condition": "never"}, "Never")

    @staticmethod
    def transient_only() -> RetryCondition:
        """Timeouts, errors of databases and connections, and texts that speak of such."""
        return RetryCondition({"condition": "transient"}, "TransientOnly")

    @staticmethod
    def all_errors() -> RetryCondition:
        return RetryCondition({"condition": "all"}, "AllErrors")

    @staticmethod
    def error_pattern(patterns: Iterable[str]) -> RetryCondition:
        """Errors whose text contains one of these, in any case of letters."""
        words = list(patterns) if isinstance(patterns, Iterable) else [patterns]
        if isinstance(patterns, str) or not all(_checks.is_text(word) for word in words):
            raise ValueError("error_pattern() takes a list of strings")
        return RetryCondition(
            {"condition": "patterns", "patterns": words}, f"ErrorPattern(patterns={words})"
        )
