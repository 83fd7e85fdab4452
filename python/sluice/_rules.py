# SPDX-License-Identifier: Apache-2.0
"""Trigger rules: whether a task runs, once all that it depends on is final.

A rule is a dict, in the form that the engine reads; these functions only spell it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluice import _checks, _core

Rule = dict[str, Any]

_CONDITIONS = {"TaskSuccess", "TaskFailed", "TaskSkipped", "ContextValue"}
_COMBINATIONS = {"All", "Any", "None"}
_OPERATORS = ("Equals", "NotEquals", "GreaterThan", "LessThan", "Contains", "NotContains",
              "Exists", "NotExists")
_ALIASES = {"==": "Equals", "eq": "Equals", "!=": "NotEquals", "ne": "NotEquals",
            ">": "GreaterThan", "gt": "GreaterThan", "<": "LessThan", "lt": "LessThan"}
_OPERATOR_OF = {**{name.lower(): name for name in _OPERATORS}, **_ALIASES}


def always() -> Rule:
    """It runs, whatever became of its dependencies."""
    return {"type": "Always"}


def all_of(*conditions: Rule) -> Rule:
    """It runs if all of these hold; also when there are none."""
    return combined("All", conditions)


def any_of(*conditions: Rule) -> Rule:
    """It runs if one of these holds."""
    return combined("Any", conditions)


def none_of(*conditions: Rule) -> Rule:
    """It runs if none of these holds."""
    return combined("None", conditions)


def task_success(task_name: str) -> Rule:
    """The task completed."""
    return {"type": "TaskSuccess", "task_name": text_of(task_name, "task_name")}


def task_failed(task_name: str) -> Rule:
    """The task failed."""
    return {"type": "TaskFailed", "task_name": text_of(task_name, "task_name")}


def task_skipped(task_name: str) -> Rule:
    """The task was skipped."""
    return {"type": "TaskSkipped", "task_name": text_of(task_name, "task_name")}


def context_value(key: str, operator: str, value: Any = None) -> Rule:
    """What the task would be given has such a value under this key.

    Operators: Equals (==, eq), NotEquals (!=, ne), GreaterThan (>, gt), LessThan (<, lt), Contains,
    NotContains, Exists, NotExists; case and underscores do not matter.
    """
    name = _OPERATOR_OF.get(str(operator).lower().replace("_", ""))
    if name is None:
        raise ValueError(
            f"trigger rule: unknown operator '{operator}', use one of {', '.join(_OPERATORS)}"
        )
    return {"type": "ContextValue", "key": text_of(key, "key"), "operator": name,
            "value": _core.pure(value, "value")}


def text_of(said: Any, name: str) -> str:
    try:
        return _checks.text(said, name)
    except (TypeError, ValueError) as error:
        raise ValueError(f"trigger rule: {error}") from None


def combined(kind: str, conditions: tuple[Rule, ...]) -> Rule:
    return {"type": kind, "conditions": [checked(condition) for condition in conditions]}


def rule_of(said: Any) -> Rule:
    """The rule that a user gave; a bare condition means all of that one condition."""
    rule = checked(said)
    return {"type": "All", "conditions": [rule]} if rule["type"] in _CONDITIONS else rule


def checked(said: Any) -> Rule:
    """A copy, so that a dict that its owner changes later does not change the workflow."""
    kind = said.get("type") if isinstance(said, Mapping) else None
    kind = kind if isinstance(kind, str) else None
    if kind == "Always":
        return always()
    conditions = said.get("conditions", ()) if kind in _COMBINATIONS else None
    if isinstance(conditions, (list, tuple)):
        return combined(kind or "", tuple(conditions))
    if kind == "ContextValue" and {"key", "operator"} <= said.keys():
        return context_value(said["key"], said["operator"], said.get("value"))
    if kind in _CONDITIONS and _checks.is_text(said.get("task_name")):
        return {"type": kind, "task_name": said["task_name"]}
    raise ValueError(
        f"trigger rule: {said!r} is none; write context_value, task_success, task_failed, "
        "task_skipped or always, and combine them with all_of, any_of, none_of"
    )
