# SPDX-License-Identifier: Apache-2.0
"""Schedules as the server shows them, and what became of their ticks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """It has one of `cron`, `every` and `at`. `next_run_at` is None when it is over, or not
    enabled."""

    id: str
    name: str
    cron: str | None
    every: Any  # as it was sent: a text or seconds
    at: datetime | None
    timezone: str | None
    tasks: list[dict[str, Any]]  # as they were sent
    catchup: str
    max_catchup: int
    overlap: str
    jitter: Any  # as it was sent: a text or seconds
    enabled: bool
    start: datetime | None
    end: datetime | None
    next_run_at: datetime | None
    last_run_at: datetime | None  # when its last batch was created
    last_batch_id: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class ScheduleRun:
    """A tick. `outcome` is created, skipped or failed; `reason` says why there is no batch."""

    schedule_id: str
    scheduled_at: datetime
    fired_at: datetime
    outcome: str
    batch_id: str | None
    reason: str | None
