# SPDX-License-Identifier: Apache-2.0
"""What can be done with schedules. The clients have these functions as methods."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sluice.client.documents import given, plain, query_of
from sluice.client.exchange import Call, Request, get, json_request
from sluice.client.graph import Batch
from sluice.client.reading import Page, one, paged
from sluice.client.schedule_results import Schedule, ScheduleRun
from sluice.client.stored_results import Deleted
from sluice.client.task_calls import segment


def create_schedule(
    name: str,
    tasks: Batch | Iterable[Mapping[str, Any]],
    *,
    cron: str | None = None,
    every: str | int | None = None,
    at: datetime | None = None,
    timezone: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    jitter: str | int | None = None,
    catchup: str | None = None,
    max_catchup: int | None = None,
    overlap: str | None = None,
    enabled: bool | None = None,
) -> Call[Schedule]:
    """Makes a batch of these tasks at each of its ticks. Rules and actions are written out in them.

    One of `cron`, `every` (a text as "1h30m", or seconds) and `at` says when. `catchup` is what
    becomes of missed ticks: none, skip or run_all; `overlap` what a tick does while the batch of
    the one before is not final: allow, skip or cancel. Not sent again when the connection breaks
    in between, since there would be two of them.
    """
    body = {"name": name, "tasks": plain(tasks if isinstance(tasks, Batch) else list(tasks))}
    body |= given(
        cron=cron, every=every, at=at, timezone=timezone, start=start, end=end, jitter=jitter,
        catchup=catchup, max_catchup=max_catchup, overlap=overlap, enabled=enabled,
    )
    return Call(json_request("POST", "/schedules", body), one(Schedule))


def schedules(
    *,
    name: str | None = None,
    enabled: bool | None = None,
    page: int | None = None,
    page_size: int | None = None,
) -> Call[Page[Schedule]]:
    """Schedules, newest first. `name` is a part of theirs."""
    query = query_of(name=name, enabled=enabled, page=page, page_size=page_size)
    return paged(Schedule, "/schedules", query)


def schedule(id: str) -> Call[Schedule]:
    """One schedule, and when it fires next."""
    return get(f"/schedules/{segment(id)}", one(Schedule))


def update_schedule(id: str, changes: Mapping[str, Any]) -> Call[Schedule]:
    """Replaces the members that are given: `{"enabled": False}`.

    None takes one back to its default. `cron`, `every` and `at` take each other's place. With
    other times, or enabled again, it owes nothing of what was before.
    """
    request = json_request("PATCH", f"/schedules/{segment(id)}", plain(changes))
    return Call(request, one(Schedule), repeatable=True)


def delete_schedule(id: str) -> Call[Deleted]:
    """Removes a schedule and its history; its batches stay. With API keys this needs the role
    admin."""
    return Call(Request("DELETE", f"/schedules/{segment(id)}"), one(Deleted))


def schedule_runs(
    id: str, *, page: int | None = None, page_size: int | None = None
) -> Call[Page[ScheduleRun]]:
    """What became of the latest ticks of a schedule, newest first."""
    query = query_of(page=page, page_size=page_size)
    return paged(ScheduleRun, f"/schedules/{segment(id)}/runs", query)
