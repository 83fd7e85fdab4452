# SPDX-License-Identifier: Apache-2.0
"""The runner: an engine within this program, on one database."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar, Union

from sluice import _checks, _core, _texts
from sluice._admin import checked_schema
from sluice._bodies import logged
from sluice._config import DefaultRunnerConfig, options_of
from sluice._context import Context, document_of
from sluice._cron import CronCalls
from sluice._handle import RunHandle
from sluice._life import prepare_process
from sluice._results import WorkflowResult
from sluice._run_calls import RunCalls
from sluice._texts import errors_of
from sluice._trigger_calls import TriggerCalls

R = TypeVar("R", bound="DefaultRunner")
OnStatus = Callable[[str, str], Any]
Url = Union[str, "os.PathLike[str]"]

_GRACE_MS_MAX = 365 * 24 * 3600 * 1000


class DefaultRunner(CronCalls, TriggerCalls, RunCalls):
    """Runs the workflows of this process; recovers what a process that died has left.

        with DefaultRunner("sqlite:///var/lib/shop.db") as runner:
            result = runner.execute("order", Context({"id": 7}))

    Any thread may call it, tasks too. Several programs on one database split the work. Made before
    a fork it is of no use in the child, which makes one of its own.
    """

    def __init__(self, url: Url) -> None:
        """Opens sqlite:///path, sqlite://:memory:, a path, or postgresql://…"""
        known = _checks.database_url(url, "url")
        with errors_of(_texts.CREATE_RUNNER):
            self._engine = opened(known, None, None)

    @classmethod
    def with_config(cls: type[R], url: Url, config: DefaultRunnerConfig) -> R:
        """The same with other settings."""
        known = _checks.database_url(url, "url")
        settings = _checks.instance(config, DefaultRunnerConfig)
        runner = cls.__new__(cls)
        with errors_of(_texts.CREATE_RUNNER):
            runner._engine = opened(known, settings, None)
        return runner

    @classmethod
    def with_schema(cls: type[R], database_url: Url, schema: str) -> R:
        """For one tenant: in this schema of a PostgreSQL database, made when there is none."""
        checked_schema(schema, "schema")
        known = _checks.database_url(database_url, "database_url")
        runner = cls.__new__(cls)
        with errors_of(_texts.SET_UP_SCHEMA.format(schema=schema)):
            runner._engine = opened(known, None, schema)
        return runner

    def execute(
        self, workflow_name: str, context: Context | Mapping[str, Any] | None = None
    ) -> WorkflowResult:
        """Runs a workflow and waits for its end. A run that failed is a result, no exception.

        ValueError when it cannot be started. Ctrl-C ends the wait, not the run.
        """
        name = _checks.text(workflow_name, "workflow_name")
        document = document_of(context)
        with errors_of(_texts.EXECUTE):
            return WorkflowResult(self._engine.execute(name, document))

    def execute_async(
        self, workflow_name: str, context: Context | Mapping[str, Any] | None = None,
        status_callback: OnStatus | None = None,
    ) -> RunHandle:
        """Starts a workflow and returns as soon as the run cannot be lost any more.

        `status_callback(run_id, status)` is called on another thread when the status changes.
        """
        name = _checks.text(workflow_name, "workflow_name")
        document = document_of(context)
        on_status = _checks.optional(_checks.function, status_callback, "status_callback")
        with errors_of(_texts.EXECUTE):
            return RunHandle(self._engine.execute_async(
                name, document, logging_errors(on_status)
            ))

    def shutdown(self, grace_seconds: float = 10.0) -> int:
        """Ends the runner; waits so long for tasks that run. How many were left running.

        What was not finished goes on in another process, or when the program starts again.
        """
        seconds = _checks.number(grace_seconds, "grace_seconds")
        grace_ms = round(min(seconds * 1000, _GRACE_MS_MAX)) if seconds > 0 else 0
        with errors_of("Failed to shut down"):
            return self._engine.shutdown(grace_ms)

    def __enter__(self: R) -> R:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shutdown()


def opened(url: str, config: DefaultRunnerConfig | None, schema: str | None) -> _core.Runner:
    prepare_process()
    options = options_of(config or DefaultRunnerConfig())
    return _core.Runner(url, json.dumps(options), schema)


def logging_errors(callback: OnStatus | None) -> OnStatus | None:
    if callback is None:
        return None
    known = callback

    def on_status(run_id: str, status: str) -> None:
        logged(run_id, "status_callback", lambda: known(run_id, status))

    return on_status
