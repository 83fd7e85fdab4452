# SPDX-License-Identifier: Apache-2.0
"""What became of a run. Times are text in RFC 3339 with `Z`."""

from __future__ import annotations

import json
from typing import Any

from sluice import _core
from sluice._context import Context
from sluice._texts import LOOK_AT_RUN, errors_of


class TaskResult:
    """What became of one task of a run."""

    __slots__ = ("_members", "_output", "_run")

    def __init__(self, run: _core.Run, members: dict[str, Any]) -> None:
        self._run = run
        self._members = members
        self._output: Context | None = None

    @property
    def id(self) -> str:
        return str(self._members["id"])

    @property
    def status(self) -> str:
        """NotStarted, Ready, Running, Paused, Completed, Failed, Cancelled or Skipped."""
        return str(self._members["status"])

    @property
    def start_time(self) -> str | None:
        return text_or_none(self._members["start_time"])

    @property
    def end_time(self) -> str | None:
        return text_or_none(self._members["end_time"])

    @property
    def attempts(self) -> int:
        """How often its body was started; 0 when it was skipped."""
        return int(self._members["attempts"])

    @property
    def error(self) -> str | None:
        """The text of the last failure, or why it was skipped."""
        return text_or_none(self._members["error"])

    @property
    def output(self) -> Context | None:
        """What it gave; None when it did not complete."""
        if self._output is None:
            with errors_of(LOOK_AT_RUN):
                document = self._run.output(self.id)
            self._output = None if document is None else Context.from_json(document)
        return self._output

    def __repr__(self) -> str:
        return f"TaskResult({self.id!r}, status={self.status!r})"


class WorkflowResult:
    """What became of a run, as it was when this was made. Contexts are loaded when asked for."""

    __slots__ = ("_final", "_initial", "_members", "_run", "_tasks")

    def __init__(self, run: _core.Run) -> None:
        self._run = run
        with errors_of(LOOK_AT_RUN):
            self._members: dict[str, Any] = json.loads(run.members())
        self._final: Context | None = None
        self._initial: Context | None = None
        self._tasks: list[TaskResult] | None = None

    @property
    def id(self) -> str:
        return str(self._members["id"])

    @property
    def workflow(self) -> str:
        return str(self._members["workflow"])

    @property
    def version(self) -> str:
        """The version of the workflow that the run was started with."""
        return str(self._members["version"])

    @property
    def status(self) -> str:
        """Completed, Failed or Cancelled; before its end Pending, Running or Paused."""
        return str(self._members["status"])

    @property
    def start_time(self) -> str:
        return str(self._members["start_time"])

    @property
    def end_time(self) -> str | None:
        return text_or_none(self._members["end_time"])

    @property
    def error_message(self) -> str | None:
        """`2 task(s) failed, 5 completed, 1 skipped`; None when it completed."""
        return text_or_none(self._members["error_message"])

    @property
    def final_context(self) -> Context:
        """The outputs of the last tasks, merged; one object, however often it is asked for."""
        if self._final is None:
            with errors_of(LOOK_AT_RUN):
                self._final = Context.from_json(self._run.final_context())
        return self._final

    @property
    def initial_context(self) -> Context:
        """What the run was started with."""
        if self._initial is None:
            with errors_of(LOOK_AT_RUN):
                self._initial = Context.from_json(self._run.initial_context())
        return self._initial

    @property
    def task_results(self) -> list[TaskResult]:
        """All tasks, each after those that it depends on."""
        if self._tasks is None:
            self._tasks = [TaskResult(self._run, members) for members in self._members["tasks"]]
        return list(self._tasks)

    def __repr__(self) -> str:
        return f"WorkflowResult({self.id!r}, status={self.status!r})"


def text_or_none(said: Any) -> str | None:
    return str(said) if said else None
