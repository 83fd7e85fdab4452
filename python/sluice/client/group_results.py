# SPDX-License-Identifier: Apache-2.0
"""Groups as the server shows them: all tasks with one group_id, of whatever batch."""

from dataclasses import dataclass
from datetime import datetime

from sluice.client.batch_results import Paused, StatusCounts, Stopped


@dataclass(frozen=True, kw_only=True)
class GroupCounts:
    """One group in figures; `total_expected` is None as soon as one task expects nothing."""

    group_id: str
    total_tasks: int
    total_success: int
    total_failures: int
    total_expected: int | None
    status_counts: StatusCounts


@dataclass(frozen=True, kw_only=True)
class ListedGroup:
    """A group as it stands in the list; counts and kinds are those of the whole group."""

    group_id: str
    total_tasks: int
    first_created_at: datetime
    latest_updated_at: datetime
    status_counts: StatusCounts
    kinds: list[str]


@dataclass(frozen=True, kw_only=True)
class StoppedGroup(Stopped):
    group_id: str


@dataclass(frozen=True, kw_only=True)
class PausedGroup(Paused):
    group_id: str


@dataclass(frozen=True, kw_only=True)
class ResumedGroup:
    group_id: str
    resumed: int
