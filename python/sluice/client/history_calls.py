# SPDX-License-Identifier: Apache-2.0
"""What has happened, and why something does not. The clients have these functions as methods."""

from datetime import datetime

from sluice.client.documents import query_of
from sluice.client.exchange import Call, get
from sluice.client.history_results import AuditLine, Timeline, Why
from sluice.client.reading import Page, one, paged
from sluice.client.task_calls import task_path


def timeline(id: str) -> Call[Timeline]:
    """What has happened to a task: its attempts, what users did, its webhooks."""
    return get(f"{task_path(id)}/timeline", one(Timeline))


def why(id: str) -> Call[Why]:
    """Why a task does not run now, in words and as data."""
    return get(f"{task_path(id)}/why", one(Why))


def audit(
    *,
    actor: str | None = None,
    action: str | None = None,
    object: str | None = None,
    object_id: str | None = None,
    after: datetime | None = None,
    before: datetime | None = None,
    page_size: int | None = None,
    cursor: int | None = None,
) -> Call[Page[AuditLine]]:
    """What users did that is all of what is asked for, newest first.

    `object` is the kind of thing: task, batch, group, rule, action, schedule, delivery, key, job
    or execution. `after` and `before` are inclusive. `cursor` is the id of the last line that was
    seen. A page of a filter that finds little may be short, or empty, and have a next one.
    """
    query = query_of(
        actor=actor, action=action, object=object, object_id=object_id, after=after,
        before=before, page_size=page_size, cursor=cursor,
    )
    return paged(AuditLine, "/audit", query)
