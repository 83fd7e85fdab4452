# SPDX-License-Identifier: Apache-2.0
"""What a runner does with cron schedules."""

from __future__ import annotations

import json
from typing import Any

from sluice import _core, _texts
from sluice._texts import errors_of

PAGE = 100


def page_of(limit: int | None, offset: int | None) -> dict[str, Any]:
    page = {"limit": PAGE if limit is None else limit, "offset": 0 if offset is None else offset}
    for name, value in page.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(f"{name} is a whole number and not negative, not {value!r}")
    return page


def checked_id(schedule_id: str) -> str:
    if not isinstance(schedule_id, str) or not _core.is_schedule_id(schedule_id):
        raise ValueError(f"{_texts.INVALID_SCHEDULE_ID}: {schedule_id!r}")
    return schedule_id


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
        schedule = {"workflow_name": workflow_name, "cron_expression": cron_expression,
                    "timezone": timezone, "catchup_policy": "skip", "start": None, "end": None}
        with errors_of(_texts.REGISTER_SCHEDULE):
            return self._engine.add_schedule(json.dumps(schedule))

    def list_cron_schedules(
        self, enabled_only: bool | None = None, limit: int | None = None,
        offset: int | None = None,
    ) -> list[dict[str, Any]]:
        query = {"enabled_only": bool(enabled_only), **page_of(limit, offset)}
        with errors_of(_texts.LIST_SCHEDULES):
            schedules: list[dict[str, Any]] = json.loads(
                self._engine.list_schedules(json.dumps(query))
            )
        return schedules

    def get_cron_schedule(self, schedule_id: str) -> dict[str, Any]:
        with errors_of(_texts.GET_SCHEDULE):
            schedule: dict[str, Any] = json.loads(
                self._engine.get_schedule(checked_id(schedule_id))
            )
        return schedule

    def update_cron_schedule(
        self, schedule_id: str, cron_expression: str | None = None, timezone: str | None = None
    ) -> None:
        """Changes what is given and leaves the rest."""
        said = {"cron_expression": cron_expression, "timezone": timezone}
        changes = {name: value for name, value in said.items() if value is not None}
        with errors_of(_texts.UPDATE_SCHEDULE):
            self._engine.update_schedule(checked_id(schedule_id), json.dumps(changes))

    def set_cron_schedule_enabled(self, schedule_id: str, enabled: bool) -> None:
        """A schedule that is not enabled starts nothing."""
        with errors_of(_texts.ENABLE_SCHEDULE):
            self._engine.update_schedule(
                checked_id(schedule_id), json.dumps({"enabled": bool(enabled)})
            )

    def delete_cron_schedule(self, schedule_id: str) -> None:
        """Deletes it with its history; its runs stay."""
        with errors_of(_texts.DELETE_SCHEDULE):
            self._engine.delete_schedule(checked_id(schedule_id))

    def get_cron_execution_history(
        self, schedule_id: str, limit: int | None = None, offset: int | None = None
    ) -> list[dict[str, Any]]:
        """When it fired, newest first: id, schedule_id, scheduled_time, claimed_at,
        pipeline_execution_id (also as workflow_execution_id), created_at, updated_at.
        """
        query = json.dumps(page_of(limit, offset))
        with errors_of(_texts.SCHEDULE_HISTORY):
            history: list[dict[str, Any]] = json.loads(
                self._engine.schedule_history(checked_id(schedule_id), query)
            )
        return history

    def get_cron_execution_stats(self, since: str) -> dict[str, Any]:
        """total_executions, successful_executions, lost_executions, and success_rate in percent,
        of all schedules since a time in RFC 3339.
        """
        try:
            stats: dict[str, Any] = json.loads(self._engine.schedule_stats(str(since)))
        except _core.Error as error:
            is_time = error.kind != "invalid"
            doing = _texts.SCHEDULE_STATS if is_time else _texts.INVALID_DATETIME
            raise _texts.said(doing, error) from error
        return stats
