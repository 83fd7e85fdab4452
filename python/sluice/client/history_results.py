# SPDX-License-Identifier: Apache-2.0
"""What has happened to tasks, why one does not run, and who did what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sluice.client.task_results import Status


@dataclass(frozen=True, kw_only=True)
class TimelineEvent:
    """`status` is what the task has reached with this, `attempt` the one that was under way."""

    at: datetime
    event: str
    actor: str | None
    attempt: int | None
    status: Status | None
    detail: str | None


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The oldest first."""

    task_id: str
    events: list[TimelineEvent]


@dataclass(frozen=True, kw_only=True)
class UnfinishedParent:
    id: str
    status: Status


@dataclass(frozen=True, kw_only=True)
class HoldingRule:
    """A rule that holds a task up: `now` is where it stands, `holders` are some of the tasks that
    count. It cannot judge the task when `maximum` is None."""

    type: str
    maximum: int | None
    now: int
    matcher: dict[str, Any]
    holders: list[str]


@dataclass(frozen=True, kw_only=True)
class Why:
    """`reason` is parents, rules, scheduled, retry, paused, no_starter, claimed, running or final;
    `why` is the same in words. It waits for `not_before`, if that is known."""

    task_id: str
    status: Status
    reason: str
    why: str
    parents: list[UnfinishedParent]
    rules: list[HoldingRule]
    not_before: datetime | None
    paused_by: str | None
    paused_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """Who did what to which thing; `actor` is None when nobody was named."""

    id: int
    at: datetime
    actor: str | None
    action: str
    object: str
    object_id: str | None
    detail: str | None
