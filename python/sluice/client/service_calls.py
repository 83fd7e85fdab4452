# SPDX-License-Identifier: Apache-2.0
"""Deliveries, and what the server says about itself. The clients have these as methods."""

from sluice.client.documents import given, query_of
from sluice.client.exchange import Call, Request, get, json_request
from sluice.client.reading import Page, one, paged
from sluice.client.service_results import Delivery, Health, Readiness, Redelivered, Version
from sluice.client.task_calls import segment

DEGRADED = frozenset({503})  # an answer to the question, not a refusal


def deliveries(
    *,
    status: str | None = None,
    task_id: str | None = None,
    batch_id: str | None = None,
    trigger: str | None = None,
    page_size: int | None = None,
    before: str | None = None,
) -> Call[Page[Delivery]]:
    """Webhooks that ends of attempts owe, newest first; those with the status dead failed.

    `trigger` is on_success, on_failure, on_cancel, or on_start for what its answer asked for.
    """
    query = query_of(
        status=status, task_id=task_id, batch_id=batch_id, trigger=trigger, page_size=page_size,
        before=before,
    )
    return paged(Delivery, "/deliveries", query)


def delivery(id: str) -> Call[Delivery]:
    """One delivery, with the answer to its last try."""
    return get(f"/deliveries/{segment(id)}", one(Delivery))


def redeliver(id: str) -> Call[Redelivered]:
    """Sends a dead delivery again, with all its tries."""
    return Call(Request("POST", f"/deliveries/{segment(id)}/redeliver"), one(Redelivered))


def redeliver_all(
    *, task_id: str | None = None, batch_id: str | None = None, trigger: str | None = None
) -> Call[Redelivered]:
    """Sends all dead deliveries again that are all of this; without anything, every one."""
    body = given(task_id=task_id, batch_id=batch_id, trigger=trigger)
    return Call(json_request("POST", "/deliveries/redeliver", body), one(Redelivered))


def health() -> Call[Health]:
    """Whether the server and its database work; no exception when they do not."""
    return Call(Request("GET", "/health"), one(Health), repeatable=True, also_good=DEGRADED)


def ready() -> Call[Readiness]:
    """Whether requests may be sent there; no exception while they may not."""
    return Call(Request("GET", "/ready"), one(Readiness), repeatable=True, also_good=DEGRADED)


def version() -> Call[Version]:
    """The program's version and the protocol that it speaks."""
    return get("/version", one(Version))
