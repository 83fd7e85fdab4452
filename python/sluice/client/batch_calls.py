# SPDX-License-Identifier: Apache-2.0
"""What can be asked about batches. The clients have these functions as methods."""

from collections.abc import Sequence
from datetime import datetime

from sluice.client.batch_results import (
    BatchCounts, ChangedRules, Dag, ListedBatch, PausedBatch, ResumedBatch, StoppedBatch,
)
from sluice.client.documents import plain, query_of
from sluice.client.exchange import Call, Request, get, json_request
from sluice.client.reading import Page, one, paged
from sluice.client.rules import Rule
from sluice.client.task_calls import segment
from sluice.client.task_results import Status


def batch(id: str) -> Call[BatchCounts]:
    """The figures of one batch."""
    return get(f"/batch/{segment(id)}", one(BatchCounts))


def batches(
    *,
    name: str | None = None,
    kind: str | None = None,
    status: Status | str | None = None,
    created_after: datetime | None = None,
    created_before: datetime | None = None,
    page: int | None = None,
    page_size: int | None = None,
) -> Call[Page[ListedBatch]]:
    """Batches of which one task is all of what is asked for, newest first."""
    query = query_of(
        name=name, kind=kind, status=status, created_after=created_after,
        created_before=created_before, page=page, page_size=page_size,
    )
    return paged(ListedBatch, "/batches", query)


def dag(batch_id: str) -> Call[Dag]:
    """The tasks of a batch and the links between them."""
    return get(f"/dag/{segment(batch_id)}", one(Dag))


def stop_batch(id: str) -> Call[StoppedBatch]:
    """Cancels what is not final, all at once. With API keys this needs the role write."""
    return Call(Request("DELETE", f"/batch/{segment(id)}"), one(StoppedBatch), repeatable=True)


def pause_batch(id: str) -> Call[PausedBatch]:
    """Holds what is not final."""
    return Call(Request("PATCH", f"/batch/{segment(id)}/pause"), one(PausedBatch))


def resume_batch(id: str) -> Call[ResumedBatch]:
    """Goes on with the paused tasks of a batch."""
    return Call(Request("PATCH", f"/batch/{segment(id)}/resume"), one(ResumedBatch))


def set_rules(id: str, kind: str, rules: Sequence[Rule]) -> Call[ChangedRules]:
    """Gives other rules to the tasks of exactly this kind that are not final."""
    body = {"kind": kind, "rules": plain(list(rules))}
    request = json_request("PATCH", f"/batch/{segment(id)}/rules", body)
    return Call(request, one(ChangedRules), repeatable=True)
