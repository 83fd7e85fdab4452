# SPDX-License-Identifier: Apache-2.0
"""The words of errors that programs look for, in one place, and how an engine's error gets them.

The texts are the contract: programs match them. What the engine says itself stands behind a colon.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sluice import _core

GET_SCHEDULE = "Failed to get cron schedule"
UPDATE_SCHEDULE = "Failed to update cron schedule"
REGISTER_SCHEDULE = "Failed to register cron workflow"
LIST_SCHEDULES = "Failed to list cron schedules"
DELETE_SCHEDULE = "Failed to delete cron schedule"
SCHEDULE_HISTORY = "Failed to get cron execution history"
SCHEDULE_STATS = "Failed to get cron execution stats"
INVALID_SCHEDULE_ID = "Invalid schedule ID"
INVALID_DATETIME = "Invalid datetime format"

LIST_TRIGGERS = "Failed to list trigger schedules"
GET_TRIGGER = "Failed to get trigger schedule"
ENABLE_TRIGGER = "Failed to set trigger enabled"
TRIGGER_HISTORY = "Failed to get trigger execution history"
FIRE_TRIGGER = "Failed to fire trigger"
REGISTER_TRIGGER = "Failed to register trigger"

EMPTY_SCHEMA = "Schema name cannot be empty"
SCHEMA_CHARACTERS = "Schema name must contain only alphanumeric characters and underscores"
CREATE_RUNNER = "Failed to create DefaultRunner"
SET_UP_SCHEMA = "Failed to create DefaultRunner with schema: Failed to set up schema '{schema}'"
CONNECT_ADMIN = "Failed to connect DatabaseAdmin"
CREATE_TENANT = "Failed to create tenant"
REMOVE_TENANT = "Failed to remove tenant"
LIST_TENANTS = "Failed to list tenants"

EXECUTE = "Workflow execution failed"
LOOK_AT_RUN = "Failed to look at the run"
CHANGE_RUN = "Failed to change the run"

BUILD = "Failed to build workflow"
EMPTY_WORKFLOW = "Failed to build workflow: Workflow cannot be empty"
UNKNOWN_TASK = "Task '{id}' not found in registry"
NO_TASK = "Task must be either a string task ID or a function object"
OUTSIDE_A_BUILDER = "@task needs a workflow: use it within `with WorkflowBuilder(...):`"
RETRY_TWICE = "task() takes retry= or {keywords}, not both"

# Nothing the caller said is wrong: the Runner itself is gone.
GONE = frozenset({"closed", "forked", "broken"})


@contextmanager
def errors_of(doing: str) -> Iterator[None]:
    """Turns what the engine refuses within the block into the exceptions that programs know."""
    try:
        yield
    except _core.Error as error:
        raise said(doing, error) from error


def said(doing: str, error: _core.Error) -> Exception:
    """`Failed to …: what the engine says`, as RuntimeError only when the Runner is gone."""
    if error.kind in GONE:
        return RuntimeError(str(error))
    return ValueError(f"{doing}: {'; '.join(error.problems) or error}")
