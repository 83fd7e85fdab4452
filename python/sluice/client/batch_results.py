# SPDX-License-Identifier: Apache-2.0
"""Batches as the server shows them, and what became of them."""

from dataclasses import dataclass
from datetime import datetime

from sluice.client.task_results import LightTask


@dataclass(frozen=True, kw_only=True)
class StatusCounts:
    """How many tasks are in each status."""

    waiting: int
    pending: int
    claimed: int
    running: int
    success: int
    failure: int
    skipped: int
    paused: int
    canceled: int

    @property
    def unfinished(self) -> int:
        """0 when every task is final."""
        return self.waiting + self.pending + self.claimed + self.running + self.paused


@dataclass(frozen=True, kw_only=True)
class BatchCounts:
    """One batch in figures; `total_expected` is None as soon as one task expects nothing."""

    batch_id: str
    total_tasks: int
    total_success: int
    total_failures: int
    total_expected: int | None
    status_counts: StatusCounts


@dataclass(frozen=True, kw_only=True)
class ListedBatch:
    """A batch as it stands in the list; counts and kinds are those of the whole batch."""

    batch_id: str
    total_tasks: int
    first_created_at: datetime
    latest_updated_at: datetime
    status_counts: StatusCounts
    kinds: list[str]


@dataclass(frozen=True, kw_only=True)
class Link:
    """`condition` is on_success, on_failure or always."""

    parent_id: str
    child_id: str
    requires_success: bool
    condition: str


@dataclass(frozen=True, kw_only=True)
class Dag:
    """The graph of a batch; an unknown batch has an empty one."""

    tasks: list[LightTask]
    links: list[Link]


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """From which status how many tasks were canceled."""

    canceled_waiting: int
    canceled_pending: int
    canceled_claimed: int
    canceled_running: int
    canceled_paused: int
    already_terminal: int


@dataclass(frozen=True, kw_only=True)
class Paused:
    """From which status how many tasks were paused."""

    paused_waiting: int
    paused_pending: int
    paused_claimed: int
    paused_running: int


@dataclass(frozen=True, kw_only=True)
class StoppedBatch(Stopped):
    batch_id: str


@dataclass(frozen=True, kw_only=True)
class PausedBatch(Paused):
    batch_id: str


@dataclass(frozen=True, kw_only=True)
class ResumedBatch:
    batch_id: str
    resumed: int


@dataclass(frozen=True, kw_only=True)
class ChangedRules:
    batch_id: str
    kind: str
    updated_count: int
