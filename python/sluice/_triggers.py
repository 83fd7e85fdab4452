# SPDX-License-Identifier: Apache-2.0
"""Functions that are asked again and again whether a workflow is to start."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from sluice import _checks, _core
from sluice._bodies import finished
from sluice._context import Context
from sluice._tasks import name_of
from sluice._texts import REGISTER_TRIGGER, errors_of

F = TypeVar("F", bound=Callable[[], Any])

_UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}


class _Unsaid(str):
    """A default that is told apart from the same text given by the caller."""


_INTERVAL = _Unsaid("30s")


class TriggerResult:
    """What a trigger's function answers: not now, or start, with this context."""

    __slots__ = ("_context",)

    def __init__(self, context: Context | None) -> None:
        self._context = context

    @staticmethod
    def skip() -> TriggerResult:
        return TriggerResult(None)

    @staticmethod
    def fire(context: Context | None = None) -> TriggerResult:
        """Starts the workflow, unless a run with the same context is active."""
        if context is not None and not isinstance(context, Context):
            raise TypeError(f"fire() takes a Context, not {type(context).__name__}")
        return TriggerResult(Context() if context is None else context)

    def is_skip_result(self) -> bool:
        return self._context is None

    def is_fire_result(self) -> bool:
        return self._context is not None

    def __repr__(self) -> str:
        if self._context is None:
            return "TriggerResult.Skip"
        return f"TriggerResult.Fire({self._context!r})"


def trigger(
    *,
    name: str | None = None,
    on: str | None = None,
    poll_interval: str = _INTERVAL,
    cron: str | None = None,
    timezone: str | None = None,
    allow_concurrent: bool = False,
) -> Callable[[F], F]:
    """The function beneath it is asked each `poll_interval` whether the workflow `on` starts.

    It returns a TriggerResult, or a bool. With `cron` it is asked at these times instead, in
    `timezone`. Without `on` it is recorded and never asked. The same context does not start a
    second run while the first is active, unless `allow_concurrent`. `poll_interval` is a whole
    number with ms, s, m or h. `name` is the function's by default.
    """
    is_said = poll_interval is not _INTERVAL
    if cron is not None and is_said:
        raise ValueError("trigger() takes cron= or poll_interval=, not both")
    if cron is not None and on is None:
        raise ValueError("trigger() with cron= needs on=, the workflow to start")
    if cron is None and timezone is not None:
        raise ValueError("trigger() takes timezone= only with cron=")
    known = _checks.optional(_checks.filled, name, "name")
    document: dict[str, Any] = {
        "on": _checks.optional(_checks.text, on, "on"),
        "poll_interval_ms": duration_ms(poll_interval) if cron is None else None,
        "cron": _checks.optional(_checks.text, cron, "cron"),
        "timezone": _checks.optional(_checks.text, timezone, "timezone"),
        "allow_concurrent": _checks.flag(allow_concurrent, "allow_concurrent"),
    }

    def record(function: F) -> F:
        _checks.function(function, "a trigger")
        named = {**document, "name": known or name_of(function, "trigger", "a name")}
        with errors_of(REGISTER_TRIGGER):
            _core.register_trigger(json.dumps(named), poll_of(function))
        return function

    return record


def duration_ms(text: str) -> int:
    """`100ms`, `30s`, `5m`, `1h`."""
    said = re.fullmatch(r"([0-9]+)(ms|s|m|h)", text) if isinstance(text, str) else None
    if said is None or int(said[1]) == 0:
        raise ValueError(f"{text!r} is no duration: write a whole number with ms, s, m or h")
    return int(said[1]) * _UNITS_MS[said[2]]


def poll_of(function: Callable[[], Any]) -> Callable[[], str | None]:
    """For the engine: None to skip, or the context's document."""

    def poll() -> str | None:
        result = finished(function())
        if isinstance(result, bool):
            result = TriggerResult.fire() if result else TriggerResult.skip()
        if not isinstance(result, TriggerResult):
            raise TypeError(
                f"a trigger returns a TriggerResult or a bool, not {type(result).__name__}"
            )
        return None if result._context is None else result._context.to_json()

    return poll
