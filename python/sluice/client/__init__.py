# SPDX-License-Identifier: Apache-2.0
"""The client of Sluice's task service.

A graph of tasks is described with `Batch`, each task with a `webhook()` that starts it, and sent
with `Client.create`. Who receives such a webhook reports with a `TaskHandle`. `AsyncClient` and
`AsyncTaskHandle` are the same for asyncio. What goes wrong is a `SluiceError`.
"""

import sys

if sys.version_info < (3, 11):
    raise ImportError("sluice.client needs Python 3.11 or newer; workflows (sluice) need 3.9")

from sluice.client.actions import Retry, Stored, Verb, Webhook, webhook, when
from sluice.client.awaiting import AsyncOptions
from sluice.client.batch_results import (
    BatchCounts, ChangedRules, Dag, Link, ListedBatch, PausedBatch, ResumedBatch, StatusCounts,
    StoppedBatch,
)
from sluice.client.blocking import Options
from sluice.client.client import AsyncClient, Client
from sluice.client.errors import (
    Conflict, Invalid, NotFound, SluiceError, Unauthorized, Unavailable,
)
from sluice.client.graph import Batch, Dependency, TaskDraft, always, failed, succeeded
from sluice.client.group_results import (
    GroupCounts, ListedGroup, PausedGroup, ResumedGroup, StoppedGroup,
)
from sluice.client.handle import AsyncTaskHandle, TaskHandle
from sluice.client.history_results import (
    AuditLine, HoldingRule, Timeline, TimelineEvent, UnfinishedParent, Why,
)
from sluice.client.reading import Page
from sluice.client.rules import Limit, Matcher, capacity, concurrency
from sluice.client.schedule_results import Schedule, ScheduleRun
from sluice.client.service_results import Delivery, Health, Readiness, Redelivered, Version
from sluice.client.stored_results import Deleted, StoredAction, StoredRule
from sluice.client.task_results import CreatedBatch, LightTask, Status, Task, TaskAction

__all__ = [
    "AsyncClient", "AsyncOptions", "AsyncTaskHandle", "AuditLine", "Batch", "BatchCounts",
    "ChangedRules", "Client", "Conflict", "CreatedBatch", "Dag", "Deleted", "Delivery",
    "Dependency", "GroupCounts", "Health", "HoldingRule", "Invalid", "LightTask", "Limit", "Link",
    "ListedBatch", "ListedGroup", "Matcher", "NotFound", "Options", "Page", "PausedBatch",
    "PausedGroup", "Readiness", "Redelivered", "ResumedBatch", "ResumedGroup", "Retry", "Schedule",
    "ScheduleRun", "SluiceError", "Status", "StatusCounts", "StoppedBatch", "StoppedGroup",
    "Stored", "StoredAction", "StoredRule", "Task", "TaskAction", "TaskDraft", "TaskHandle",
    "Timeline", "TimelineEvent", "Unauthorized", "Unavailable", "UnfinishedParent", "Verb",
    "Version", "Webhook", "Why", "always", "capacity", "concurrency", "failed", "succeeded",
    "webhook", "when",
]
