# SPDX-License-Identifier: Apache-2.0
"""Tasks as the server shows them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """The spelling is the contract, so that `task.status == "Canceled"` holds too."""

    WAITING = "Waiting"
    PENDING = "Pending"
    CLAIMED = "Claimed"
    RUNNING = "Running"
    SUCCESS = "Success"
    FAILURE = "Failure"
    SKIPPED = "Skipped"
    PAUSED = "Paused"
    CANCELED = "Canceled"

    @property
    def is_final(self) -> bool:
        return self in (Status.SUCCESS, Status.FAILURE, Status.SKIPPED, Status.CANCELED)


@dataclass(frozen=True, kw_only=True)
class LightTask:
    """A task as it stands in lists."""

    id: str
    name: str
    kind: str
    status: Status
    created_at: datetime
    started_at: datetime | None  # when the target of the current attempt accepted
    success: int
    failures: int
    expected_count: int | None
    ended_at: datetime | None
    batch_id: str
    dead_end_barrier: bool
    priority: int
    group_id: str | None
    attempt: int  # the current one, or the last; 0 before the first
    scheduled_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TaskAction:
    """A webhook of a task. What was not sent with it is None."""

    id: str
    kind: str
    trigger: str  # Start, End or Cancel
    condition: str | None  # success or failure, of an End
    params: dict[str, Any] | None
    retry: dict[str, Any] | None = None
    timeout: int | None = None
    when: Any = None
    ref: str | None = None


@dataclass(frozen=True, kw_only=True)
class Task(LightTask):
    """A task with everything that is known about it."""

    timeout: int
    rules: list[Any]
    metadata: Any
    actions: list[TaskAction]
    last_updated: datetime
    failure_reason: str | None
    retry: dict[str, Any] | None
    max_attempts: int
    next_retry_at: datetime | None
    requester: str | None
    deleted_at: datetime | None
    preemptible: bool
    preempts: bool


@dataclass(frozen=True, kw_only=True)
class CreatedBatch:
    """What a POST has made: its tasks in the order in which they were sent.

    Those that deduplication left out are missing; when all are, nothing has the id.
    """

    batch_id: str
    tasks: list[Task]
