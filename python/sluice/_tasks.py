# SPDX-License-Identifier: Apache-2.0
"""Functions become tasks of the workflow whose block they stand in."""

from __future__ import annotations

import inspect
import numbers
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from sluice import _checks, _texts
from sluice._context import Context
from sluice._fingerprint import fingerprint_of
from sluice._retry import RetryPolicy
from sluice._retry_words import Condition, policy_of
from sluice._rules import Rule, rule_of

if TYPE_CHECKING:
    from sluice._builder import WorkflowBuilder

F = TypeVar("F", bound=Callable[..., Any])
OnSuccess = Callable[[str, Context], Any]
OnFailure = Callable[[str, str, Context], Any]

_TIMEOUT_MAX = 365 * 24 * 3600  # seconds
_HANDLE_NAMES = ("handle", "task_handle")
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
# The builders whose blocks this thread is in, the innermost last.
_open = threading.local()


@dataclass(frozen=True)
class TaskDefinition:
    """What `task()` was told, checked."""

    id: str
    function: Callable[..., Any]
    dependencies: tuple[str, ...]
    retry: RetryPolicy
    rule: Rule | None
    timeout_ms: int | None
    on_success: OnSuccess | None
    on_failure: OnFailure | None

    def document(self) -> dict[str, Any]:
        """What the engine reads."""
        document: dict[str, Any] = {
            "id": self.id,
            "dependencies": list(self.dependencies),
            "fingerprint": self.fingerprint,
            "retry": self.retry.document(),
        }
        if self.rule is not None:
            document["rule"] = self.rule
        if self.timeout_ms is not None:
            document["timeout_ms"] = self.timeout_ms
        return document

    @cached_property
    def fingerprint(self) -> str:
        """Looked up once: reading the source is the dearest part of building a workflow."""
        return fingerprint_of(self.function)

    @property
    def has_handle(self) -> bool:
        return takes_handle(self.function)


def task(
    id: str | None = None,
    dependencies: Sequence[str | Callable[..., Any]] | None = None,
    retry_attempts: int | None = None,
    retry_backoff: str | None = None,
    retry_delay_ms: int | None = None,
    retry_max_delay_ms: int | None = None,
    retry_condition: Condition | None = None,
    retry_jitter: bool | None = None,
    retry: RetryPolicy | None = None,
    trigger_rules: Rule | None = None,
    on_success: OnSuccess | None = None,
    on_failure: OnFailure | None = None,
    timeout: float | None = None,
) -> Callable[[F], F]:
    """Makes the function beneath it a task of the workflow whose `with` block it stands in.

    The function is called with a Context, and with a TaskHandle when its second parameter is named
    `handle` or `task_handle`; it may be `async def`. What it returns, or without that the context
    as it left it, is given to the tasks that depend on it.

    id: the function's name by default. dependencies: ids, or functions of the same workflow.
    retry_attempts: tries in all (3). retry_backoff: fixed, linear or exponential (exponential).
    retry_delay_ms, retry_max_delay_ms: 1000 and 60000. retry_condition: never, transient, all, or a
    list of words of which the error must contain one (all). retry: a policy instead of all these.
    trigger_rules: when it runs; by default when no dependency failed. timeout: seconds, else the
    runner's. on_success(task_id, output), on_failure(task_id, error, input): called after an
    attempt; their errors are logged.
    """
    words = {
        "retry_attempts": retry_attempts, "retry_backoff": retry_backoff,
        "retry_delay_ms": retry_delay_ms, "retry_max_delay_ms": retry_max_delay_ms,
        "retry_condition": retry_condition, "retry_jitter": retry_jitter,
    }
    refuse_both(retry, words)
    current_builder()
    policy = policy_of(words) if retry is None else _checks.instance(retry, RetryPolicy)
    rule = None if trigger_rules is None else rule_of(trigger_rules)
    timeout_ms = None if timeout is None else milliseconds(timeout)
    named = checked_id(id)

    def collect(function: F) -> F:
        builder = current_builder()
        _checks.function(function, "a task")
        builder._collect(TaskDefinition(
            id=named or name_of(function, "task", "an id"),
            function=function,
            dependencies=builder._ids_of(dependencies),
            retry=policy,
            rule=rule,
            timeout_ms=timeout_ms,
            on_success=_checks.optional(_checks.function, on_success, "on_success"),
            on_failure=_checks.optional(_checks.function, on_failure, "on_failure"),
        ))
        return function

    return collect


def open_builders() -> list[WorkflowBuilder]:
    if not hasattr(_open, "builders"):
        _open.builders = []
    builders: list[WorkflowBuilder] = _open.builders
    return builders


def current_builder() -> WorkflowBuilder:
    builders = open_builders()
    if not builders:
        raise ValueError(_texts.OUTSIDE_A_BUILDER)
    return builders[-1]


def refuse_both(retry: RetryPolicy | None, words: dict[str, Any]) -> None:
    given = [keyword for keyword, value in words.items() if value is not None]
    if retry is not None and given:
        raise ValueError(_texts.RETRY_TWICE.format(keywords=", ".join(given)))


def checked_id(said: Any) -> str | None:
    if callable(said):
        raise TypeError(
            f"the id of a task is a string, not {type(said).__name__}: write @task(), with "
            "parentheses"
        )
    return _checks.optional(_checks.filled, said, "id")


def name_of(function: Any, what: str, remedy: str) -> str:
    name = getattr(function, "__name__", None)
    if not isinstance(name, str):
        raise ValueError(f"{function!r} has no __name__: give the {what} {remedy}")
    return name


def milliseconds(seconds: float) -> int:
    is_number = isinstance(seconds, numbers.Real) and not isinstance(seconds, bool)
    if not is_number or not 0 < seconds <= _TIMEOUT_MAX:
        raise ValueError(
            f"timeout is a number of seconds, more than 0 and at most {_TIMEOUT_MAX}, not "
            f"{_checks.shown(seconds)}"
        )
    return _checks.milliseconds(seconds)


def takes_handle(function: Callable[..., Any]) -> bool:
    """By the name of the second positional parameter, and nothing else."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return False
    positional = [parameter for parameter in parameters if parameter.kind in _POSITIONAL]
    return len(positional) > 1 and positional[1].name in _HANDLE_NAMES
