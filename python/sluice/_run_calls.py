# SPDX-License-Identifier: Apache-2.0
"""What a runner does with runs that were started before, by whatever process."""

from __future__ import annotations

import json
from typing import Any

from sluice import _checks, _core
from sluice._handle import RunHandle
from sluice._results import WorkflowResult
from sluice._texts import CHANGE_RUN, LOOK_AT_RUN, errors_of

RUNS_MAX = 1000  # in one list


def checked_id(run_id: str) -> str:
    return _checks.text(run_id, "run_id")


class RunCalls:
    """Runs are named by the `id` of a result or a handle."""

    _engine: _core.Runner

    def get_status(self, run_id: str) -> str:
        """Pending, Running, Paused, Completed, Failed or Cancelled."""
        return self.attach(run_id).status()

    def get_result(self, run_id: str) -> WorkflowResult:
        """The run as it is now, final or not."""
        with errors_of(LOOK_AT_RUN):
            return WorkflowResult(self._engine.run(checked_id(run_id)))

    def attach(self, run_id: str) -> RunHandle:
        """To wait for a run, as if this program had started it."""
        with errors_of(LOOK_AT_RUN):
            return RunHandle(self._engine.run(checked_id(run_id)))

    def list_runs(
        self, workflow: str = "", status: str | None = None, before: str = "", limit: int = 50
    ) -> list[dict[str, Any]]:
        """Runs, newest first; of one workflow, in one status, older than the run `before`."""
        query = {
            "workflow": _checks.text(workflow, "workflow"),
            "status": _checks.optional(_checks.text, status, "status"),
            "before": _checks.text(before, "before"),
            "limit": _checks.whole(limit, "limit", 1, RUNS_MAX),
        }
        with errors_of(LOOK_AT_RUN):
            runs: list[dict[str, Any]] = json.loads(self._engine.list_runs(json.dumps(query)))
        return runs

    def cancel(self, run_id: str, reason: str = "") -> None:
        """Ends the run: nothing new starts, results of what runs are not taken."""
        why = _checks.text(reason, "reason")
        with errors_of(CHANGE_RUN):
            self._engine.run(checked_id(run_id)).cancel(why)

    def pause(self, run_id: str) -> None:
        """Starts nothing more of the run until `resume`."""
        with errors_of(CHANGE_RUN):
            self._engine.pause(checked_id(run_id))

    def resume(self, run_id: str) -> None:
        with errors_of(CHANGE_RUN):
            self._engine.resume(checked_id(run_id))

    def retry_from(self, run_id: str, task: str) -> RunHandle:
        """Runs this task and all that follow it again. A paused run is to be resumed first."""
        with errors_of(CHANGE_RUN):
            return RunHandle(
                self._engine.retry_from(checked_id(run_id), _checks.text(task, "task"))
            )

    def why(self, run_id: str) -> list[str]:
        """Why the run is not final, in words."""
        with errors_of(LOOK_AT_RUN):
            reasons: list[str] = json.loads(self._engine.why(checked_id(run_id)))
        return reasons

    def metrics(self) -> str:
        """The runner's figures, in the text form of Prometheus."""
        with errors_of(LOOK_AT_RUN):
            return self._engine.metrics()
