# SPDX-License-Identifier: Apache-2.0
"""A `with` block that collects tasks and makes a workflow of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Union

from sluice import _checks, _texts
from sluice._namespace import DEFAULT_PACKAGE, DEFAULT_TENANT, WorkflowContext
from sluice._tasks import TaskDefinition, open_builders
from sluice._workflow import Workflow, register

_Task = Union[str, Callable[..., Any]]

# Every task that was ever decorated, so that a later builder of the same name finds it by its id.
_known: dict[WorkflowContext, dict[str, TaskDefinition]] = {}


class WorkflowBuilder:
    """Collects the tasks that are decorated within its block; the block's end registers them.

    The workflow is registered for the whole process: every runner sees it, also one made before.
    The same name again replaces it for new runs. An exception in the block registers nothing.
    `workflow` names it differently from `name`; it is found by both.
    """

    def __init__(
        self, name: str, *, tenant: str | None = None, package: str | None = None,
        workflow: str | None = None,
    ) -> None:
        self._name = _checks.filled(name, "name")
        self._context = WorkflowContext(
            _checks.filled(DEFAULT_TENANT if tenant is None else tenant, "tenant"),
            _checks.filled(DEFAULT_PACKAGE if package is None else package, "package"),
            _checks.filled(name if workflow is None else workflow, "workflow"),
        )
        self._description = ""
        self._tags: dict[str, str] = {}
        self._tasks: list[TaskDefinition] = []

    def description(self, description: str) -> WorkflowBuilder:
        self._description = _checks.text(description, "description")
        return self

    def tag(self, key: str, value: str) -> WorkflowBuilder:
        self._tags[_checks.text(key, "key")] = _checks.text(value, "value")
        return self

    def add_task(self, task: _Task) -> WorkflowBuilder:
        """Adds a task that was decorated earlier for a workflow of this name.

        Those of the block are collected anyway; naming them again does nothing.
        """
        if not isinstance(task, str) and not hasattr(task, "__name__"):
            raise ValueError(_texts.NO_TASK)
        id = self._id_of(task)
        if not any(known.id == id for known in self._tasks):
            if id not in _known.get(self._context, {}):
                raise ValueError(_texts.UNKNOWN_TASK.format(id=id))
            self._tasks.append(_known[self._context][id])
        return self

    def build(self) -> Workflow:
        """The workflow of all tasks so far; registers nothing. ValueError with every problem."""
        return Workflow(self._name, self._context, self._description, self._tags, self._tasks)

    def __enter__(self) -> WorkflowBuilder:
        open_builders().append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        open_builders().remove(self)
        if kind is None:
            register(self.build(), self._name)

    def __repr__(self) -> str:
        return f"WorkflowBuilder(name={self._name!r})"

    def _collect(self, task: TaskDefinition) -> None:
        self._tasks.append(task)
        _known.setdefault(self._context, {})[task.id] = task

    def _ids_of(self, tasks: Iterable[_Task] | None) -> tuple[str, ...]:
        if tasks is None:
            return ()
        if isinstance(tasks, str) or callable(tasks) or not isinstance(tasks, Iterable):
            raise TypeError("dependencies is a list of names or functions")
        return tuple(_checks.text(self._id_of(task), "dependencies") for task in tasks)

    def _id_of(self, task: _Task) -> str:
        """Of a function: the id that it has in this workflow, which need not be its name."""
        if isinstance(task, str):
            return task
        for known in (*self._tasks, *_known.get(self._context, {}).values()):
            if known.function is task:
                return known.id
        name = getattr(task, "__name__", None)
        if not isinstance(name, str):
            raise ValueError(_texts.NO_TASK)
        return name
