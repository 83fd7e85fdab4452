# SPDX-License-Identifier: Apache-2.0
"""What the target of a webhook says about its task. The handles have these as methods."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sluice.client import task_calls
from sluice.client.exchange import Call
from sluice.client.task_results import Status, Task


@dataclass(frozen=True, slots=True)
class Assignment:
    """The task, and the attempt at it. Without `attempt` reports count for the current one."""

    task_id: str
    attempt: int | None = None


def succeed(
    of: Assignment,
    *,
    success: int | None = None,
    failures: int | None = None,
    metadata: Any = None,
) -> Call[None]:
    """The work is done. Counts are added, metadata takes the place of the old."""
    return task_calls.update(
        of.task_id, status=Status.SUCCESS, new_success=success, new_failures=failures,
        metadata=metadata, attempt=of.attempt,
    )


def fail(
    of: Assignment,
    reason: str,
    *,
    success: int | None = None,
    failures: int | None = None,
    metadata: Any = None,
) -> Call[None]:
    """The attempt has failed; the task's retry policy says whether there is another one.

    When the connection breaks in between, it is sent again only if `attempt` is known.
    """
    return task_calls.update(
        of.task_id, status=Status.FAILURE, failure_reason=reason, new_success=success,
        new_failures=failures, metadata=metadata, attempt=of.attempt,
    )


def report_progress(of: Assignment, *, success: int = 0, failures: int = 0) -> Call[None]:
    """Adds to the counts, and restarts the clock of the timeout. One must be above zero.

    Not sent again when the connection breaks in between, since it would be counted twice.
    """
    return task_calls.count(of.task_id, new_success=success, new_failures=failures)


def update(
    of: Assignment,
    *,
    metadata: Any = None,
    expected_count: int | None = None,
    priority: int | None = None,
    scheduled_at: datetime | None = None,
) -> Call[None]:
    """Edits the task, and restarts the clock of its timeout."""
    return task_calls.update(
        of.task_id, metadata=metadata, expected_count=expected_count, priority=priority,
        scheduled_at=scheduled_at, attempt=of.attempt,
    )


def heartbeat(of: Assignment) -> Call[None]:
    """Restarts the clock of the timeout. `Conflict`: another attempt is at work; stop."""
    return task_calls.heartbeat(of.task_id, attempt=of.attempt)


def get(of: Assignment) -> Call[Task]:
    """Everything about the task."""
    return task_calls.show(of.task_id)


def cancel(of: Assignment) -> Call[Task]:
    """Cancels the task, so that its on_failure webhooks are not sent."""
    return task_calls.cancel(of.task_id)
