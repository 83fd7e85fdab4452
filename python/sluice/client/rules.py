# SPDX-License-Identifier: Apache-2.0
"""Rules about how many tasks run at once, and what counts as the same task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sluice.client.actions import Stored
from sluice.client.documents import Document, plain
from sluice.client.task_results import Status


@dataclass(frozen=True)
class Matcher(Document):
    """Tasks of this kind in this status, whose metadata has the same values under `fields`.

    In `dedupe` of a task: it is not created when there is such a task already.
    """

    kind: str
    status: Status | str = Status.RUNNING
    fields: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        return {"status": plain(self.status), "kind": self.kind, "fields": list(self.fields)}


@dataclass(frozen=True)
class Limit(Document):
    """Made by `concurrency()` and `capacity()`."""

    document: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return dict(self.document)


Rule = Limit | Stored


def concurrency(
    maximum: int, kind: str, *, status: Status | str = Status.RUNNING, fields: Sequence[str] = ()
) -> Limit:
    """At most so many tasks of this kind at once, among those with the same metadata `fields`."""
    matcher = Matcher(kind, status, fields).to_json()
    # One r: the spelling is the contract.
    return Limit({"type": "Concurency", "max_concurency": maximum, "matcher": matcher})


def capacity(maximum: int, kind: str, *, fields: Sequence[str] = ()) -> Limit:
    """It starts when less than this is left to be done by running tasks of this kind.

    What is left of a task is its expected_count without what was reported; the task that has
    the rule needs one.
    """
    matcher = Matcher(kind, Status.RUNNING, fields).to_json()
    return Limit({"type": "Capacity", "max_capacity": maximum, "matcher": matcher})
