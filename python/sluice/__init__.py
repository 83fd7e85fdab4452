# SPDX-License-Identifier: Apache-2.0
"""Sluice from Python: workflows that survive a crash, kept in SQLite or PostgreSQL.

    with sluice.WorkflowBuilder("greeting") as builder:
        @sluice.task()
        def hello(context):
            context.set("text", "hello")

    with sluice.DefaultRunner("sqlite:///tmp/greeting.db") as runner:
        print(runner.execute("greeting").final_context["text"])

`sluice.client` speaks to the task service of a server instead. It needs no extension, so names
are loaded when they are asked for: importing this package alone costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sluice._admin import DatabaseAdmin, TenantConfig, TenantCredentials
    from sluice._builder import WorkflowBuilder
    from sluice._config import DefaultRunnerConfig
    from sluice._context import Context
    from sluice._handle import RunHandle, TaskHandle
    from sluice._namespace import TaskNamespace, WorkflowContext
    from sluice._results import TaskResult, WorkflowResult
    from sluice._retry import RetryPolicy, RetryPolicyBuilder
    from sluice._retry_choices import BackoffStrategy, RetryCondition
    from sluice._rules import (
        all_of, always, any_of, context_value, none_of, task_failed, task_skipped, task_success,
    )
    from sluice._runner import DefaultRunner
    from sluice._tasks import task
    from sluice._triggers import TriggerResult, trigger
    from sluice._variables import var, var_or
    from sluice._workflow import Workflow, register_workflow_constructor

__version__ = "0.1.0"

__all__ = [
    "BackoffStrategy", "Context", "DatabaseAdmin", "DefaultRunner", "DefaultRunnerConfig",
    "RetryCondition", "RetryPolicy", "RetryPolicyBuilder", "RunHandle", "TaskHandle",
    "TaskNamespace", "TaskResult", "TenantConfig", "TenantCredentials", "TriggerResult",
    "Workflow", "WorkflowBuilder", "WorkflowContext", "WorkflowResult", "__version__", "all_of",
    "always", "any_of", "context_value", "get_version", "none_of",
    "register_workflow_constructor", "task", "task_failed", "task_skipped", "task_success",
    "trigger", "var", "var_or",
]

_HOMES = {
    "_admin": ["DatabaseAdmin", "TenantConfig", "TenantCredentials"],
    "_builder": ["WorkflowBuilder"],
    "_config": ["DefaultRunnerConfig"],
    "_context": ["Context"],
    "_handle": ["RunHandle", "TaskHandle"],
    "_namespace": ["TaskNamespace", "WorkflowContext"],
    "_results": ["TaskResult", "WorkflowResult"],
    "_retry": ["RetryPolicy", "RetryPolicyBuilder"],
    "_retry_choices": ["BackoffStrategy", "RetryCondition"],
    "_rules": ["all_of", "always", "any_of", "context_value", "none_of", "task_failed",
               "task_skipped", "task_success"],
    "_runner": ["DefaultRunner"],
    "_tasks": ["task"],
    "_triggers": ["TriggerResult", "trigger"],
    "_variables": ["var", "var_or"],
    "_workflow": ["Workflow", "register_workflow_constructor"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def get_version() -> str:
    """The version of this package."""
    return __version__


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'sluice' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"sluice.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
