# SPDX-License-Identifier: Apache-2.0
"""One attempt as its body sees it, and one run as its caller follows it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from sluice import _checks, _core
from sluice._results import WorkflowResult
from sluice._texts import CHANGE_RUN, LOOK_AT_RUN, errors_of

_YEAR = 365 * 24 * 3600  # seconds
_INTERVAL_MS_MAX = _YEAR * 1000


class TaskHandle:
    """Given to tasks whose second parameter is named `handle` or `task_handle`.

    Belongs to one attempt: when its body has returned, it waits for nothing more.
    """

    __slots__ = ("_attempt",)

    def __init__(self, attempt: _core.Attempt) -> None:
        self._attempt = attempt

    def defer_until(
        self, condition: Callable[[], Any], poll_interval_ms: int = 1000
    ) -> None:
        """Returns when `condition()` is true; while it waits, another task has the slot.

        The condition is called at once first, then after each interval. What it raises fails the
        attempt. After a restart of the program the body runs again from its start. When the run is
        cancelled, the task's time is up or the runner stops, the wait ends the body.
        """
        known = _checks.function(condition, "condition")
        interval = _checks.whole(poll_interval_ms, "poll_interval_ms", 1, _INTERVAL_MS_MAX)
        self._attempt.defer_until(lambda: holds(known), interval)

    def is_slot_held(self) -> bool:
        """Whether this task takes one of the places of `max_concurrent_tasks` now."""
        return self._attempt.is_slot_held()

    def cancelled(self) -> bool:
        """Whether nobody waits for the result any more: cancelled, out of time, or shut down."""
        return self._attempt.cancelled()

    @property
    def run_id(self) -> str:
        return self._attempt.run_id

    @property
    def task_id(self) -> str:
        return self._attempt.task_id

    @property
    def workflow(self) -> str:
        """The full name: tenant::package::workflow."""
        return self._attempt.workflow

    @property
    def attempt(self) -> int:
        """1 for the first one."""
        return self._attempt.attempt

    def __repr__(self) -> str:
        return f"TaskHandle({self.task_id!r}, attempt={self.attempt})"


def holds(condition: Callable[[], Any]) -> bool:
    answer = condition()
    if inspect.isawaitable(answer):
        # It would count as true, whatever it gives in the end.
        raise TypeError("the condition of defer_until is a plain function, not async")
    return bool(answer)


class RunHandle:
    """A run that was started with `execute_async`. It goes on when nobody holds this."""

    __slots__ = ("_run",)

    def __init__(self, run: _core.Run) -> None:
        self._run = run

    @property
    def id(self) -> str:
        return self._run.id

    def wait(self) -> WorkflowResult:
        """Waits until the run is final. A run that failed is a result, no exception."""
        with errors_of(LOOK_AT_RUN):
            self._run.wait(-1)
        return WorkflowResult(self._run)

    def wait_for(self, seconds: float) -> WorkflowResult | None:
        """The same, but not longer than this: then None. Without end when that is years."""
        time = _checks.number(seconds, "seconds")
        timeout_ms = _checks.milliseconds(time) if time < _YEAR else -1
        with errors_of(LOOK_AT_RUN):
            is_final = self._run.wait(timeout_ms)
        return WorkflowResult(self._run) if is_final else None

    def status(self) -> str:
        """Pending, Running, Paused, Completed, Failed or Cancelled."""
        with errors_of(LOOK_AT_RUN):
            return self._run.status()

    def cancel(self, reason: str = "") -> None:
        """Ends the run: nothing new starts, results of what runs are not taken."""
        with errors_of(CHANGE_RUN):
            self._run.cancel(_checks.text(reason, "reason"))

    def __repr__(self) -> str:
        return f"RunHandle({self.id!r})"
