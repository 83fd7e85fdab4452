# SPDX-License-Identifier: Apache-2.0
"""Describes a graph of tasks, which `Client.create` then makes a batch of.

    batch = Batch()
    a = batch.task(name="Build", kind="build", on_start=webhook("https://w.example.com/build"))
    batch.task(name="Test", kind="test", on_start=webhook("https://w.example.com/test"), after=[a])

A task can only be named after it was described, so there are no cycles. Ids within the request are
made here; what a task may say is checked by the server, which tells all problems at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sluice.client.actions import Action, Actions, Retry, listed
from sluice.client.documents import Document, given
from sluice.client.rules import Matcher, Rule
from sluice.client.task_results import LightTask


@dataclass(frozen=True, eq=False)
class TaskDraft(Document):
    """A task of a `Batch`; `id` is its id within the request."""

    id: str
    batch: "Batch" = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        return dict(self.document)


# What a dependency may name: a task of the same batch, or one that exists, or the id of that.
Parent = TaskDraft | LightTask | str


@dataclass(frozen=True)
class Dependency:
    """Made by `succeeded()`, `failed()` and `always()`."""

    parent: Parent
    condition: str


def succeeded(parent: Parent) -> Dependency:
    """When the parent has succeeded; otherwise the child fails. A bare parent means the same."""
    return Dependency(parent, "on_success")


def failed(parent: Parent) -> Dependency:
    """When the parent has failed or was canceled; otherwise the child is skipped."""
    return Dependency(parent, "on_failure")


def always(parent: Parent) -> Dependency:
    """When the parent has ended, however."""
    return Dependency(parent, "always")


class Batch(Document):
    """A graph that is being described."""

    def __init__(self) -> None:
        self.tasks: list[TaskDraft] = []
        self._ids: set[str] = set()

    def task(
        self, *, name: str, kind: str, on_start: Action,
        after: Sequence[Parent | Dependency] = (),
        on_success: Actions | None = None, on_failure: Actions | None = None,
        on_cancel: Actions | None = None,
        timeout: int | None = None, retry: Retry | None = None,
        scheduled_at: datetime | None = None, delay: int | None = None,
        metadata: Any = None, expected_count: int | None = None,
        rules: Sequence[Rule] | None = None, dedupe: Sequence[Matcher] | None = None,
        priority: int | None = None, preemptible: bool | None = None, preempts: bool | None = None,
        dead_end_barrier: bool | None = None,
        group_id: str | None = None, requester: str | None = None, id: str | None = None,
    ) -> TaskDraft:
        """Adds a task and returns it, for `after` of others.

        `on_start` begins the work; the others tell how the task has ended. It fails after
        `timeout` seconds without a report. It starts when everything in `after` has ended as
        asked, not before `scheduled_at` or `delay` seconds from now.
        """
        members = given(
            timeout=timeout, metadata=metadata, expected_count=expected_count, priority=priority,
            scheduled_at=scheduled_at, delay=delay, retry=retry, rules=rules,
            dedupe_strategy=dedupe, preemptible=preemptible, preempts=preempts,
            dead_end_barrier=dead_end_barrier, group_id=group_id, requester=requester,
            on_start=on_start, on_success=listed(on_success), on_failure=listed(on_failure),
            on_cancel=listed(on_cancel),
        )
        if after:
            members["dependencies"] = [self._dependency(item) for item in after]
        local = self._new_id(id)
        draft = TaskDraft(local, self, {"id": local, "name": name, "kind": kind} | members)
        self.tasks.append(draft)
        return draft

    def to_json(self) -> list[TaskDraft]:
        return self.tasks

    def _new_id(self, wanted: str | None) -> str:
        local = wanted
        number = len(self.tasks)
        while local is None or (wanted is None and local in self._ids):
            number += 1
            local = f"task-{number}"
        if local in self._ids:
            raise ValueError(f"'{local}' is the id of another task of this batch")
        self._ids.add(local)
        return local

    def _dependency(self, item: Parent | Dependency) -> dict[str, str]:
        link = item if isinstance(item, Dependency) else succeeded(item)
        parent = link.parent
        if isinstance(parent, TaskDraft):
            if parent.batch is not self:
                raise ValueError(f"'{parent.id}' belongs to another batch")
            return {"id": parent.id, "condition": link.condition}
        task_id = parent.id if isinstance(parent, LightTask) else parent
        return {"task_id": task_id, "condition": link.condition}
