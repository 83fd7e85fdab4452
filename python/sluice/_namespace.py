# SPDX-License-Identifier: Apache-2.0
"""Full names: tenant::package::workflow::task."""

from __future__ import annotations

from sluice import _checks

DEFAULT_TENANT = "public"
DEFAULT_PACKAGE = "embedded"


class TaskNamespace:
    """The full name of a task, or of its workflow when the task is empty. A value."""

    __slots__ = ("_parts",)

    def __init__(self, tenant: str, package: str, workflow: str, task: str) -> None:
        self._parts = (
            _checks.text(tenant, "tenant"), _checks.text(package, "package"),
            _checks.text(workflow, "workflow"), _checks.text(task, "task"),
        )

    @staticmethod
    def from_string(text: str) -> TaskNamespace:
        """From `tenant::package::workflow::task`; ValueError when it has not these four parts."""
        parts = _checks.text(text, "text").split("::")
        if len(parts) != 4:
            raise ValueError(
                f"Invalid namespace format: {text!r} is not tenant::package::workflow::task"
            )
        return TaskNamespace(*parts)

    @property
    def tenant_id(self) -> str:
        return self._parts[0]

    @property
    def package_name(self) -> str:
        return self._parts[1]

    @property
    def workflow_id(self) -> str:
        return self._parts[2]

    @property
    def task_id(self) -> str:
        return self._parts[3]

    def parent(self) -> TaskNamespace:
        """The name of the workflow: the same with an empty task."""
        return TaskNamespace(*self._parts[:3], "")

    def is_child_of(self, parent: TaskNamespace) -> bool:
        """Whether this is a task of the workflow `parent`."""
        return bool(self.task_id) and self.parent() == parent

    def is_sibling_of(self, other: TaskNamespace) -> bool:
        """Whether these are two tasks of one workflow."""
        return (
            bool(self.task_id) and bool(other.task_id) and self != other
            and self.parent() == other.parent()
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TaskNamespace) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self._parts)

    def __str__(self) -> str:
        return "::".join(self._parts)

    def __repr__(self) -> str:
        return "TaskNamespace({!r}, {!r}, {!r}, {!r})".format(*self._parts)


class WorkflowContext:
    """The name of a workflow, and the names of tasks within it. A value."""

    __slots__ = ("_parts",)

    def __init__(self, tenant: str, package: str, workflow: str) -> None:
        self._parts = (
            _checks.text(tenant, "tenant"), _checks.text(package, "package"),
            _checks.text(workflow, "workflow"),
        )

    @property
    def tenant_id(self) -> str:
        return self._parts[0]

    @property
    def package_name(self) -> str:
        return self._parts[1]

    @property
    def workflow_id(self) -> str:
        return self._parts[2]

    def task_namespace(self, task_id: str) -> TaskNamespace:
        return TaskNamespace(*self._parts, task_id)

    def resolve_dependency(self, task_name: str) -> TaskNamespace:
        """Dependencies are within the workflow: the same as `task_namespace`."""
        return self.task_namespace(task_name)

    def workflow_namespace(self) -> TaskNamespace:
        return self.task_namespace("")

    def contains_namespace(self, namespace: TaskNamespace) -> bool:
        return namespace.parent() == self.workflow_namespace()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorkflowContext) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self._parts)

    def __str__(self) -> str:
        return "::".join(self._parts)

    def __repr__(self) -> str:
        return "WorkflowContext({!r}, {!r}, {!r})".format(*self._parts)
