# SPDX-License-Identifier: Apache-2.0
"""What the engine hears of users' functions."""

import asyncio
import logging
import sqlite3

import pytest

from sluice import Context, DefaultRunner, TaskHandle, WorkflowBuilder, task


def run(function, context=None, **words):
    with WorkflowBuilder("w"):
        task(id="a", **words)(function)
    return DefaultRunner("x.db").execute("w", context)


def failure(core, function, **words):
    """(text, is_transient) of a body that fails."""
    run(function, retry_attempts=1, **words)
    [(text, is_transient)] = core.told("fail")
    return text, is_transient


def test_changes_in_place_count():
    def function(context):
        context.set("b", context["a"] + 1)

    assert run(function, {"a": 1}).final_context.to_dict() == {"a": 1, "b": 2}


def test_returned_context_is_the_output():
    assert run(lambda context: Context({"only": 1}), {"a": 1}).final_context == Context({"only": 1})


@pytest.mark.parametrize("result", [1, "text", {}, [], True, object()])
def test_other_results_are_failures(core, result):
    text, _ = failure(core, lambda context: result)
    assert text == f"TypeError: a task returns a Context or None, not {type(result).__name__}"


def test_handle_belongs_to_the_attempt():
    seen = []

    def function(context, handle):
        seen.append((type(handle), handle.task_id, handle.attempt, handle.run_id, repr(handle)))
        assert not handle.cancelled() and handle.workflow

    result = run(function)
    assert seen == [(TaskHandle, "a", 1, result.id, "TaskHandle('a', attempt=1)")]


async def later(context):
    await asyncio.sleep(0)
    context["later"] = True


async def later_with_handle(context, handle):
    await asyncio.sleep(0)
    assert handle.is_slot_held()
    return Context({"later": True})


@pytest.mark.parametrize("function", [later, later_with_handle])
def test_async_functions_are_waited_for(function):
    assert run(function).final_context.to_dict() == {"later": True}


def test_async_functions_of_a_thread_share_a_loop_and_leave_nothing_on_it():
    loops, cancelled = [], []

    async def forever():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def function(context):
        loops.append(asyncio.get_running_loop())
        loops.append(asyncio.ensure_future(forever()).get_loop())
        await asyncio.sleep(0)

    run(function)
    run(function)
    assert len({id(loop) for loop in loops}) == 1
    assert cancelled == [True, True]


def test_async_failure_is_a_failure(core):
    async def function(context):
        raise ValueError("boom")

    assert failure(core, function) == ("ValueError: boom", False)


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError


@pytest.mark.parametrize("error, text", [
    (ValueError("boom"), "ValueError: boom"), (ValueError(), "ValueError"),
    (KeyError("k"), "KeyError: 'k'"), (Unprintable(), "Unprintable"),
    (ValueError("\ud800!"), "ValueError: ?!"), (SystemExit(3), "SystemExit: 3"),
    (KeyboardInterrupt(), "KeyboardInterrupt"), (GeneratorExit(), "GeneratorExit"),
], ids=repr)
def test_error_is_told_with_its_class(core, error, text):
    def function(context):
        raise error

    assert failure(core, function)[0] == text


class OperationalError(Exception):
    pass


class AdminShutdown(OperationalError):
    pass


class DatabaseError(Exception):
    pass


class UniqueViolation(DatabaseError):
    pass


@pytest.mark.parametrize("error, is_transient", [
    (ConnectionResetError(), True), (TimeoutError(), True), (asyncio.TimeoutError(), True),
    (sqlite3.OperationalError(), True), (sqlite3.InterfaceError(), True),
    (sqlite3.IntegrityError(), False), (sqlite3.DatabaseError(), True), (AdminShutdown(), True),
    (UniqueViolation(), False), (ValueError("timeout"), False), (OSError(), False),
], ids=repr)
def test_class_of_an_error_says_whether_it_is_transient(core, error, is_transient):
    def function(context):
        raise error

    assert failure(core, function)[1] is is_transient


def test_output_that_is_no_json_never_leaves_the_function(core):
    def function(context):
        context.set("bad", float("nan"))

    assert failure(core, function)[0] == "ValueError: context key 'bad': NaN is not a JSON value"


def test_failure_is_logged_for_who_debugs(caplog):
    def function(context):
        raise ValueError("boom")

    with caplog.at_level(logging.DEBUG, "sluice"):
        run(function, retry_attempts=1)
    assert "Traceback" in caplog.text and "ValueError: boom" in caplog.text


def test_callbacks_hear_of_every_attempt():
    heard = []

    def function(context):
        context["tries"] = len(heard) + 1
        if len(heard) < 2:
            raise ValueError("boom")

    result = run(
        function, {"given": True}, retry_attempts=3,
        on_success=lambda *said: heard.append(said), on_failure=lambda *said: heard.append(said),
    )
    given = Context({"given": True})
    assert heard == [
        ("a", "ValueError: boom", given), ("a", "ValueError: boom", given),
        ("a", Context({"given": True, "tries": 3})),
    ]
    assert [(one.status, one.attempts) for one in result.task_results] == [("Completed", 3)]


@pytest.mark.parametrize("name", ["on_success", "on_failure"])
def test_errors_of_callbacks_are_logged_and_change_nothing(name, caplog):
    def function(context):
        if name == "on_failure":
            raise ValueError("boom")

    def broken(*said):
        raise SystemExit("from the callback")

    result = run(function, retry_attempts=1, **{name: broken})
    assert result.status == ("Completed" if name == "on_success" else "Failed")
    assert f"{name} of 'a' failed" in caplog.text


def test_async_callbacks_are_waited_for():
    heard = []

    async def on_success(task_id, context):
        await asyncio.sleep(0)
        heard.append(task_id)

    run(lambda context: None, on_success=on_success)
    assert heard == ["a"]


def test_defer_until_asks_until_it_is_true(core):
    answers = iter([0, "", "yes"])
    held = []

    def function(context, handle):
        def condition():
            held.append(handle.is_slot_held())
            return next(answers)
        handle.defer_until(condition, poll_interval_ms=50)

    assert run(function).status == "Completed"
    assert held == [True, False, False]
    assert core.told("defer_until")[0][1] == 50


def test_defer_until_asks_each_second_by_default(core):
    run(lambda context, handle: handle.defer_until(lambda: True))
    assert core.told("defer_until")[0][1] == 1000


@pytest.mark.parametrize("condition, interval, text", [
    (lambda: 1 // 0, 1, "ZeroDivisionError"), (lambda: True, 0, "ValueError"),
    (lambda: True, 1.5, "TypeError"), (lambda: True, True, "TypeError"),
    (lambda: True, 10**30, "ValueError: poll_interval_ms is 1 to 31536000000, not 1000000"),
    (True, 1, "TypeError: condition is a function, not bool"),
    (lambda: later(Context()), 1, "TypeError: the condition of defer_until is a plain function"),
])
@pytest.mark.filterwarnings("ignore:coroutine")
def test_error_in_a_wait_fails_the_attempt(core, condition, interval, text):
    assert failure(
        core, lambda context, handle: handle.defer_until(condition, interval)
    )[0].startswith(text)


def test_stopped_wait_ends_the_body_past_its_own_handlers(core):
    core.refuse("defer_until", "invalid", "")
    core.state.refusals["defer_until"] = core.TaskStopped()
    caught = []

    def function(context, handle):
        try:
            handle.defer_until(lambda: True)
        except Exception:
            caught.append(True)

    assert failure(core, function)[0] == "TaskStopped"
    assert not caught
