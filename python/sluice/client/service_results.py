# SPDX-License-Identifier: Apache-2.0
"""Deliveries, and what the server says about itself."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A webhook that the end of an attempt owes; its status is waiting, delivered or dead."""

    id: str
    task_id: str
    batch_id: str
    attempt: int
    trigger: str
    condition: str | None
    position: int  # among the actions of its trigger, from 0
    status: str
    tries: int
    created_at: datetime
    updated_at: datetime
    next_try_at: datetime | None
    answered_status: int | None
    reason: str | None  # why the last try failed
    answer: str | None  # the end of what the target answered
    idempotency_key: str


@dataclass(frozen=True, kw_only=True)
class Redelivered:
    redelivered: int


@dataclass(frozen=True, kw_only=True)
class Health:
    """`status` is ok or degraded, `database` healthy or unhealthy."""

    status: str
    database: str
    pool_size: int | None = None
    pool_idle: int | None = None


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """`status` is ready, or not_ready for a reason. `trouble`: what a server that is ready cannot
    do, as reach Kubernetes."""

    status: str
    reason: str | None = None
    trouble: str | None = None


@dataclass(frozen=True, kw_only=True)
class Version:
    name: str
    version: str
    protocol: str
