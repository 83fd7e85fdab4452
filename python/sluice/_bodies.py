# SPDX-License-Identifier: Apache-2.0
"""Between the engine, which knows texts, and users' functions, which know contexts.

Everything here runs on the engine's body and callback threads. Nothing that a user's function
raises goes through to the engine: an attempt is told how it failed, other errors are logged.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any

from sluice import _core
from sluice._context import Context
from sluice._handle import TaskHandle
from sluice._loops import run_here

log = logging.getLogger("sluice")

_TRANSIENT_ENDINGS = ("OperationalError", "InterfaceError")


def body_of(function: Callable[..., Any], has_handle: bool) -> _core.Body:
    """A body that gives what the function returned, or else the context that it changed."""

    def body(attempt: _core.Attempt, document: str) -> str | None:
        try:
            context = Context.from_json(document)
            more = (TaskHandle(attempt),) if has_handle else ()
            return output_of(finished(function(context, *more)), context).to_json()
        except BaseException as error:
            log.debug("task '%s' failed", attempt.task_id, exc_info=True)
            attempt.fail(text_of(error), is_transient(error))
            return None

    return body


def output_of(result: Any, context: Context) -> Context:
    if result is None:
        return context
    if isinstance(result, Context):
        return result
    raise TypeError(f"a task returns a Context or None, not {type(result).__name__}")


def finished(result: Any) -> Any:
    """What a function gave; of `async def`, what it gives in the end."""
    return run_here(result) if inspect.isawaitable(result) else result


def on_success_of(function: Callable[[str, Context], Any] | None) -> _core.OnSuccess | None:
    if function is None:
        return None
    known = function

    def on_success(task_id: str, output: str) -> None:
        logged(task_id, "on_success", lambda: known(task_id, Context.from_json(output)))

    return on_success


def on_failure_of(function: Callable[[str, str, Context], Any] | None) -> _core.OnFailure | None:
    if function is None:
        return None
    known = function

    def on_failure(task_id: str, error: str, given: str) -> None:
        logged(task_id, "on_failure", lambda: known(task_id, error, Context.from_json(given)))

    return on_failure


def logged(subject: str, name: str, call: Callable[[], Any]) -> None:
    """Calls it; its errors are logged and change nothing."""
    try:
        finished(call())
    except BaseException:
        log.exception("%s of '%s' failed", name, subject)


def text_of(error: BaseException) -> str:
    """`ValueError: boom`, as valid Unicode."""
    try:
        text = str(error)
    except Exception:
        text = ""
    name = type(error).__name__
    whole = f"{name}: {text}" if text else name
    return whole.encode("utf-8", "replace").decode()


def is_transient(error: BaseException) -> bool:
    """Errors of connections, timeouts, and those that drivers of databases name so (PEP 249).

    DatabaseError alone is too wide: under it stand broken constraints, which never mend.
    """
    if isinstance(error, (ConnectionError, TimeoutError)):
        return True
    names = [kind.__name__ for kind in type(error).__mro__]
    return (
        names[0].endswith(("DatabaseError", "TimeoutError"))
        or any(name.endswith(_TRANSIENT_ENDINGS) for name in names)
    )
