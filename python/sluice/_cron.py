# SPDX-License-Identifier: Apache-2.0
"""What a runner does with cron schedules."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

from sluice import _checks, _core, _texts
from sluice._texts import errors_of

M = TypeVar("M", bound=Callable[..., Any])

PAGE = 100
PAGE_MAX = 2**63 - 1


def page_of(limit: int | None, offset: int | None) -> dict[str, Any]:
    page = {"limit": PAGE if limit is None else limit, "offset": 0 if offset is None else offset}
    for name, value in page.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            known = _checks.shown(value)
            raise ValueError(f"{name} is a whole number and not negative, not {known}")
        if value > PAGE_MAX:
            raise ValueError(f"{name} is at most {PAGE_MAX}, not {_checks.shown(value)}")
    return page


def query_of(enabled_only: bool | None, limit: int | None, offset: int | None) -> str:
    is_filtered = _checks.optional(_checks.flag, enabled_only, "enabled_only")
    return json.dumps({"enabled_only": bool(is_filtered), **page_of(limit, offset)})


def checked_id(id: str, doing: str) -> str:
    if not _checks.is_text(id) or not _core.is_schedule_id(id):
        raise ValueError(f"{doing}: {_texts.INVALID_SCHEDULE_ID}: {_checks.shown(id)}")
    return id


def also_as_schedule_id(method: M) -> M:
    """Cloacina's name for `id`: a program that was written for it may use that by keyword."""

    @functools.wraps(method)
    def call(self: Any, *given: Any, **named: Any) -> Any:
        if "schedule_id" in named and "id" not in named:
            named["id"] = named.pop("schedule_id")
        return method(self, *given, **named)

    return cast(M, call)


class CronCalls:
    """Schedules are dicts: id, workflow_name, cron_expression, timezone, enabled, catchup_policy,
    next_run_at, last_run_at, created_at, updated_at.
    """

    _engine: _core.Runner

    def register_cron_workflow(
        self, workflow_name: str, cron_expression: str, timezone: str
    ) -> str:
        """Runs the workflow at these times; the schedule's id.

        The same workflow, expression and zone again is the same schedule.
        """
        schedule = {
            "workflow_name": _checks.text(workflow_name, "workflow_name"),
            "cron_expression": _checks.text(cron_expression, "cron_expression"),
            "timezone": _checks.text(timezone, "timezone"),
            "catchup_policy": "skip", "start": None, "end": None,
        }
        with errors_of(_texts.REGISTER_SCHEDULE):
            return self._engine.add_schedule(json.dumps(schedule))

    def list_cron_schedules(
        self, enabled_only: bool | None = None, limit: int | None = None,
        offset: int | None = None,
    ) -> list[dict[str, Any]]:
        query = query_of(enabled_only, limit, offset)
        with errors_of(_texts.LIST_SCHEDULES):
            schedules: list[dict[str, Any]] = json.loads(self._engine.list_schedules(query))
        return schedules

    @also_as_schedule_id
    def get_cron_schedule(self, id: str) -> dict[str, Any]:
        known = checked_id(id, _texts.GET_SCHEDULE)
        with errors_of(_texts.GET_SCHEDULE):
            schedule: dict[str, Any] = json.loads(self._engine.get_schedule(known))
        return schedule

    @also_as_schedule_id
    def update_cron_schedule(
        self, id: str, cron_expression: str | None = None, timezone: str | None = None
    ) -> None:
        """Changes what is given and leaves the rest."""
        said = {"cron_expression": cron_expression, "timezone": timezone}
        self._change(id, {
            name: _checks.text(value, name) for name, value in said.items() if value is not None
        })

    @also_as_schedule_id
    def set_cron_schedule_enabled(self, id: str, enabled: bool) -> None:
        """A schedule that is not enabled starts nothing."""
        self._change(id, {"enabled": _checks.flag(enabled, "enabled")})

    @also_as_schedule_id
    def delete_cron_schedule(self, id: str) -> None:
        """Deletes it with its history; its runs stay."""
        known = checked_id(id, _texts.DELETE_SCHEDULE)
        with errors_of(_texts.DELETE_SCHEDULE):
            self._engine.delete_schedule(known)

    @also_as_schedule_id
    def get_cron_execution_history(
        self, id: str, limit: int | None = None, offset: int | None = None
    ) -> list[dict[str, Any]]:
        """When it fired, newest first: id, schedule_id, scheduled_time, claimed_at,
        pipeline_execution_id (also as workflow_execution_id), created_at, updated_at.
        """
        query = json.dumps(page_of(limit, offset))
        known = checked_id(id, _texts.SCHEDULE_HISTORY)
        with errors_of(_texts.SCHEDULE_HISTORY):
            history: list[dict[str, Any]] = json.loads(
                self._engine.schedule_history(known, query)
            )
        return history

    def get_cron_execution_stats(self, since: str) -> dict[str, Any]:
        """total_executions, successful_executions, lost_executions, and success_rate in percent,
        of all schedules since a time in RFC 3339.
        """
        if not _checks.is_text(since):
            raise ValueError(
                f"{_texts.INVALID_DATETIME}: since is a time in RFC 3339, not "
                f"{_checks.shown(since)}"
            )
        try:
            stats: dict[str, Any] = json.loads(self._engine.schedule_stats(since))
        except _core.Error as error:
            is_time = error.kind != "invalid"
            doing = _texts.SCHEDULE_STATS if is_time else _texts.INVALID_DATETIME
            raise _texts.said(doing, error) from error
        return stats

    def _change(self, id: str, changes: dict[str, Any]) -> None:
        known = checked_id(id, _texts.UPDATE_SCHEDULE)
        with errors_of(_texts.UPDATE_SCHEDULE):
            self._engine.update_schedule(known, json.dumps(changes))
