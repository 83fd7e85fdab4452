# SPDX-License-Identifier: Apache-2.0
"""Rules and actions that are stored at the server, for tasks to name with `Stored(id)`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class StoredRule:
    """`type` says which of the maxima it has; `uses` is how many tasks name it that are not
    final."""

    id: str
    name: str | None
    type: str
    matcher: dict[str, Any]
    uses: int
    created_at: datetime
    updated_at: datetime
    max_concurency: int | None = None  # one r: the spelling is the contract
    max_capacity: int | None = None


@dataclass(frozen=True, kw_only=True)
class StoredAction:
    """What was not sent with it is None."""

    id: str
    name: str | None
    kind: str
    params: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    retry: dict[str, Any] | None = None
    timeout: int | None = None
    when: Any = None


@dataclass(frozen=True, kw_only=True)
class Deleted:
    id: str
