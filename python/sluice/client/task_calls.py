# SPDX-License-Identifier: Apache-2.0
"""What can be asked about tasks. The clients have these functions as methods."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from sluice.client.documents import given, json_text, plain, query_of
from sluice.client.errors import SluiceError
from sluice.client.exchange import Answer, Call, Request, get, json_request, nothing
from sluice.client.graph import Batch
from sluice.client.reading import Page, many, one, paged
from sluice.client.task_results import CreatedBatch, LightTask, Status, Task


def create(
    tasks: Batch | Iterable[Mapping[str, Any]], *, idempotency_key: str | None = None
) -> Call[CreatedBatch]:
    """Makes a batch of a graph, all or nothing.

    It is made once, however often the request has to be sent: an idempotency key goes with it.
    Give one of your own, and the same tasks again, to be safe across a restart of your program.
    """
    key = idempotency_key or str(uuid4())
    body = plain(tasks if isinstance(tasks, Batch) else list(tasks))
    request = json_request("POST", "/task", body, [("Idempotency-Key", key)])
    return Call(request, read_created, repeatable=True)


def read_created(answer: Answer) -> CreatedBatch:
    tasks = [] if answer.status == 204 else many(Task)(answer)
    return CreatedBatch(batch_id=answer.headers.get("x-batch-id", ""), tasks=tasks)


def show(id: str) -> Call[Task]:
    """Everything about one task."""
    return get(task_path(id), one(Task))


def find(
    *,
    name: str | None = None,
    kind: str | None = None,
    status: Status | str | None = None,
    timeout: int | None = None,
    metadata: Any = None,
    batch_id: str | None = None,
    group_id: str | None = None,
    deleted: bool | None = None,
    page: int | None = None,
    page_size: int | None = None,
    before: str | None = None,
) -> Call[Page[LightTask]]:
    """Tasks that are all of what is asked for, newest first.

    `name` and `kind` are parts of the text, `metadata` is JSON that theirs contains. `before` is
    the id of the last task that was seen: better than `page` while new ones come.
    """
    contained = None if metadata is None else json_text(plain(metadata))
    query = query_of(
        name=name, kind=kind, status=status, timeout=timeout, metadata=contained,
        batch_id=batch_id, group_id=group_id, deleted=deleted, page=page, page_size=page_size,
        before=before,
    )
    return paged(LightTask, "/task", query)


def update(
    id: str,
    *,
    metadata: Any = None,
    expected_count: int | None = None,
    priority: int | None = None,
    scheduled_at: datetime | None = None,
    status: Status | str | None = None,
    new_success: int | None = None,
    new_failures: int | None = None,
    failure_reason: str | None = None,
    attempt: int | None = None,
) -> Call[None]:
    """Edits a task that is not final, or reports about one that runs, or both; all or nothing.

    `status` ends the attempt: Success, or Failure with a `failure_reason`. `attempt` refuses the
    report with `Conflict` when another attempt is the current one.
    """
    fields = given(
        metadata=metadata, expected_count=expected_count, priority=priority,
        scheduled_at=scheduled_at, status=status, new_success=new_success,
        new_failures=new_failures, failure_reason=failure_reason, attempt=attempt,
    )
    call = Call(
        json_request("PATCH", task_path(id), fields), nothing,
        repeatable=may_be_reported_twice(fields),
    )
    return replace(call, confirm=reported(id, fields)) if "status" in fields else call


def may_be_reported_twice(fields: Mapping[str, Any]) -> bool:
    """Counts would be added twice. An end is taken once: what comes after it is refused, unless
    the task has another attempt by then, which a report without a number would end."""
    if "status" in fields:
        return fields["status"] == Status.SUCCESS or "attempt" in fields
    return "new_success" not in fields and "new_failures" not in fields


def reported(id: str, fields: Mapping[str, Any]) -> Call[None]:
    """Whether the attempt has ended as was reported."""

    def read(answer: Answer) -> None:
        task = one(Task)(answer)
        attempt = fields.get("attempt", task.attempt)
        if fields["status"] == Status.SUCCESS:
            holds = task.status == Status.SUCCESS and task.attempt == attempt
        else:
            waits_for_retry = task.next_retry_at is not None
            is_over = task.status == Status.FAILURE or waits_for_retry
            holds = task.attempt > attempt or (task.attempt == attempt and is_over)
        if not holds:
            raise SluiceError("the report was not taken")

    return get(task_path(id), read)


def count(id: str, *, new_success: int = 0, new_failures: int = 0) -> Call[None]:
    """Adds to the counts of a task in any state; they are durable when this returns.

    Not sent again when the connection breaks in between, since it would be counted twice.
    """
    body = {"new_success": new_success, "new_failures": new_failures}
    return Call(json_request("PUT", task_path(id), body), nothing)


def heartbeat(id: str, *, attempt: int | None = None) -> Call[None]:
    """Restarts the clock of the task's timeout."""
    body = given(attempt=attempt)
    return Call(json_request("PATCH", task_path(id), body), nothing, repeatable=True)


def cancel(id: str) -> Call[Task]:
    """Cancels a task that is not final. With API keys this needs the role write."""
    request = Request("DELETE", task_path(id))
    return Call(request, one(Task), repeatable=True, confirm=get(task_path(id), read_canceled))


def read_canceled(answer: Answer) -> Task:
    task = one(Task)(answer)
    if task.status != Status.CANCELED:
        raise SluiceError("the task was not canceled")
    return task


def pause(id: str) -> Call[Task]:
    """Holds a task that is not final; one that runs keeps its attempt and may report."""
    return Call(Request("PATCH", f"/task/pause/{segment(id)}"), one(Task))


def resume(id: str) -> Call[Task]:
    """Goes on with a paused task."""
    return Call(Request("PATCH", f"/task/resume/{segment(id)}"), one(Task))


def retry(id: str) -> Call[Task]:
    """A task that failed, was canceled or skipped lives again, with what failed because of it."""
    return Call(Request("POST", f"{task_path(id)}/retry"), one(Task))


def hide(id: str) -> Call[Task]:
    """Takes a final task out of lists. It is kept, and `list(deleted=True)` finds it."""
    return Call(Request("DELETE", task_path(id), (("purge", "soft"),)), one(Task))


def restore(id: str) -> Call[Task]:
    """Brings a hidden task back."""
    return Call(Request("POST", f"{task_path(id)}/restore"), one(Task))


def task_path(id: str) -> str:
    return f"/task/{segment(id)}"


def segment(text: str) -> str:
    return quote(text, safe="")
