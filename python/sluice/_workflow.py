# SPDX-License-Identifier: Apache-2.0
"""A checked workflow, and how the engine comes to know it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sluice import _checks, _core, _texts
from sluice._bodies import body_of, on_failure_of, on_success_of
from sluice._namespace import WorkflowContext

if TYPE_CHECKING:
    from sluice._tasks import TaskDefinition


class Workflow:
    """Made by `WorkflowBuilder.build()`; does not change. Tasks are told by their full names."""

    def __init__(
        self, name: str, context: WorkflowContext, description: str, tags: Mapping[str, str],
        tasks: Sequence[TaskDefinition],
    ) -> None:
        if not tasks:
            raise ValueError(_texts.EMPTY_WORKFLOW)
        self._name = name
        self._context = context
        self._description = description
        self._tags = dict(tags)
        self._tasks = tuple(tasks)
        self._definition = json.dumps(self._document(), ensure_ascii=False, allow_nan=False)
        self._facts = facts_of(self._definition)

    @property
    def name(self) -> str:
        return self._name

    @property
    def description(self) -> str:
        return self._description

    @property
    def tags(self) -> dict[str, str]:
        return dict(self._tags)

    @property
    def version(self) -> str:
        """16 hex digits; equal definitions, with equal sources of the functions, have equal ones.
        """
        return str(self._facts["version"])

    def topological_sort(self) -> list[str]:
        """All tasks, each after those that it depends on."""
        return self._full(self._facts["topological_sort"])

    def get_execution_levels(self) -> list[list[str]]:
        """Tasks that may run at the same time, level by level."""
        return [self._full(level) for level in self._facts["execution_levels"]]

    def get_roots(self) -> list[str]:
        """Tasks that depend on nothing."""
        return self._full(self._facts["roots"])

    def get_leaves(self) -> list[str]:
        """Tasks that nothing depends on."""
        return self._full(self._facts["leaves"])

    def validate(self) -> None:
        """ValueError with every problem. A workflow that was built has none."""
        facts_of(self._definition)

    def draw(self, format: str = "ascii") -> str:
        """The graph as text: ascii, json, dot or mermaid."""
        with _texts.errors_of("Failed to draw workflow"):
            return _core.draw(self._definition, _checks.text(format, "format"))

    def __repr__(self) -> str:
        return f"Workflow(name={self._name!r}, tasks={len(self._tasks)})"

    def _full(self, ids: list[str]) -> list[str]:
        return [str(self._context.task_namespace(id)) for id in ids]

    def _document(self) -> dict[str, Any]:
        return {
            "tenant": self._context.tenant_id,
            "package": self._context.package_name,
            "workflow": self._context.workflow_id,
            "description": self._description,
            "tags": self._tags,
            "tasks": [task.document() for task in self._tasks],
        }


def facts_of(definition: str) -> dict[str, Any]:
    with _texts.errors_of(_texts.BUILD):
        facts: dict[str, Any] = json.loads(_core.check(definition))
    return facts


def register(workflow: Workflow, alias: str) -> None:
    """Makes it known to every runner of the process, under its own name and this one."""
    tasks = workflow._tasks
    with _texts.errors_of(_texts.BUILD):
        _core.register(
            workflow._definition,
            alias,
            [body_of(task.function, task.has_handle) for task in tasks],
            [on_success_of(task.on_success) for task in tasks],
            [on_failure_of(task.on_failure) for task in tasks],
        )


def register_workflow_constructor(name: str, constructor: Callable[[], Workflow]) -> None:
    """Calls the constructor now, and registers the workflow that it returns under this name."""
    alias = _checks.filled(name, "name")
    workflow = constructor()
    if not isinstance(workflow, Workflow):
        raise ValueError(
            f"the constructor of '{name}' returned {type(workflow).__name__}, not a Workflow"
        )
    register(workflow, alias)
