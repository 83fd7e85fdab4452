# SPDX-License-Identifier: Apache-2.0
"""What can be asked about groups: all tasks with one group_id, of whatever batch. The clients have
these functions as methods."""

from sluice.client.documents import query_of
from sluice.client.exchange import Call, Request, get
from sluice.client.group_results import (
    GroupCounts, ListedGroup, PausedGroup, ResumedGroup, StoppedGroup,
)
from sluice.client.reading import Page, one, paged
from sluice.client.task_calls import segment


def group(id: str) -> Call[GroupCounts]:
    """The figures of all tasks with this group_id."""
    return get(f"/groups/{segment(id)}", one(GroupCounts))


def groups(*, page: int | None = None, page_size: int | None = None) -> Call[Page[ListedGroup]]:
    """Groups by their newest tasks, newest first."""
    return paged(ListedGroup, "/groups", query_of(page=page, page_size=page_size))


def stop_group(id: str) -> Call[StoppedGroup]:
    """Cancels what is not final, batch by batch. With API keys this needs the role write."""
    return Call(Request("DELETE", f"/groups/{segment(id)}"), one(StoppedGroup), repeatable=True)


def pause_group(id: str) -> Call[PausedGroup]:
    """Holds what is not final."""
    return Call(Request("PATCH", f"/groups/{segment(id)}/pause"), one(PausedGroup))


def resume_group(id: str) -> Call[ResumedGroup]:
    """Goes on with the paused tasks of a group."""
    return Call(Request("PATCH", f"/groups/{segment(id)}/resume"), one(ResumedGroup))
