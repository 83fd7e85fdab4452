# SPDX-License-Identifier: Apache-2.0
"""Many threads, many bodies, and bodies that call the runner again."""

import asyncio
import contextvars
import threading

import pytest

from sluice import (
    Context, DefaultRunner, DefaultRunnerConfig, WorkflowBuilder, task,
)


@pytest.fixture
def runner_of(tmp_path):
    runners = []

    def make(slots=4):
        config = DefaultRunnerConfig(max_concurrent_tasks=slots)
        runners.append(DefaultRunner.with_config(f"sqlite://{tmp_path / 'a.db'}", config))
        return runners[-1]

    yield make
    for runner in runners:
        runner.shutdown()


def single(name, function, **words):
    with WorkflowBuilder(name):
        task(id="only", retry_attempts=1, **words)(function)


def test_fifty_threads_call_execute_at_once(runner_of):
    single("double", lambda context: context.set("result", 2 * context["number"]))
    runner = runner_of()
    start = threading.Barrier(50)
    results = {}

    def call(number):
        start.wait()
        for step in range(4):
            given = 1000 * step + number
            result = runner.execute("double", Context({"number": given}))
            results[given] = result.final_context["result"]

    threads = [threading.Thread(target=call, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: 2 * number for number in results}
    assert len(results) == 200


def test_bodies_run_side_by_side_although_each_blocks(runner_of):
    everybody = threading.Barrier(8)
    with WorkflowBuilder("barrier"):
        for number in range(8):
            @task(id=f"t{number}", retry_attempts=1)
            def body(context):
                everybody.wait()

    assert runner_of(slots=8).execute("barrier").status == "Completed"


def test_a_hundred_tasks_side_by_side_all_count(runner_of):
    with WorkflowBuilder("wide"):
        for number in range(100):
            @task(id=f"t{number}", retry_attempts=1)
            def body(context, number=number):
                return Context({f"k{number}": number})

    result = runner_of().execute("wide")
    assert result.final_context.to_dict() == {f"k{number}": number for number in range(100)}


def test_body_that_calls_its_runner_gives_its_slot(runner_of):
    runner = runner_of(slots=1)

    def outer(context):
        context["inner"] = runner.execute("inner").final_context["done"]
        context["waited"] = runner.execute_async("inner").wait().status

    single("inner", lambda context: context.set("done", True))
    single("outer", outer)
    assert runner.execute("outer").final_context.to_dict() == {
        "inner": True, "waited": "Completed"}


def test_callback_that_calls_its_runner_gives_the_slot(runner_of):
    runner = runner_of(slots=1)
    told = []

    def call(*said):
        told.append(runner.execute("inner").final_context["done"])

    def fails(context):
        raise ValueError("boom")

    single("inner", lambda context: context.set("done", True))
    single("good", lambda context: None, on_success=call)
    single("bad", fails, on_failure=call)
    for name, status in [("good", "Completed"), ("bad", "Failed")]:
        result = runner.execute_async(name).wait_for(30)
        assert result is not None and result.status == status
    assert told == [True, True]


def test_async_callback_that_sends_its_call_to_a_thread_gives_the_slot(runner_of):
    runner = runner_of(slots=1)
    told = []

    async def call(*said):
        told.append((await asyncio.to_thread(runner.execute, "inner")).status)

    single("inner", lambda context: None)
    single("good", lambda context: None, on_success=call)
    assert runner.execute_async("good").wait_for(30) is not None
    assert told == ["Completed"]


def test_calls_that_a_body_sends_to_threads_give_its_slot(runner_of):
    runner = runner_of(slots=1)

    async def outer(context, handle):
        results = await asyncio.gather(*[
            asyncio.to_thread(runner.execute, "inner", Context({"n": n})) for n in range(3)])
        context["inner"] = [result.final_context["n"] for result in results]
        context["is_slot_held"] = handle.is_slot_held()

    single("inner", lambda context: None)
    single("outer", outer)
    result = runner.execute_async("outer").wait_for(30)
    assert result is not None
    assert result.final_context.to_dict() == {"inner": [0, 1, 2], "is_slot_held": True}


def test_thread_that_outlives_its_body_waits_on(runner_of):
    runner = runner_of(slots=2)
    started, go_on = threading.Event(), threading.Event()
    results = []

    def held(context):
        started.set()
        go_on.wait(30)

    def outer(context):
        threads.append(threading.Thread(target=contextvars.copy_context().run, args=(wait,)))
        threads[0].start()
        started.wait(30)

    def wait():
        results.append(runner.execute("held").status)

    threads = []
    single("held", held)
    single("outer", outer)
    assert runner.execute("outer").status == "Completed"
    go_on.set()
    threads[0].join(30)
    assert results == ["Completed"]


def test_body_that_defers_gives_its_slot(runner_of):
    runner = runner_of(slots=1)
    ready = threading.Event()
    held = []

    def waits(context, handle):
        handle.defer_until(lambda: held.append(handle.is_slot_held()) or ready.is_set(), 1)
        held.append(handle.is_slot_held())

    single("waits", waits)
    single("releases", lambda context: ready.set())
    first = runner.execute_async("waits")
    assert runner.execute("releases").status == "Completed"
    assert first.wait().status == "Completed"
    assert held[0] is True and held[1:-1] == [False] * len(held[1:-1]) and held[-1] is True


def test_cancelled_body_sees_it_and_leaves_its_wait(runner_of):
    started, seen = threading.Event(), threading.Event()

    def body(context, handle):
        started.set()
        try:
            handle.defer_until(lambda: False, 1)
        finally:
            assert handle.cancelled()
            seen.set()

    single("cancelled", body)
    handle = runner_of().execute_async("cancelled")
    started.wait()
    handle.cancel("enough")
    assert handle.wait().status == "Cancelled"
    assert seen.wait(30)


def test_cancel_of_a_final_run_does_nothing(runner_of):
    single("ends", lambda context: context.set("n", 1))
    runner = runner_of()
    handle = runner.execute_async("ends")
    assert handle.wait().status == "Completed"
    handle.cancel("too late")
    runner.cancel(handle.id, "too late")
    assert runner.get_status(handle.id) == "Completed"


def test_runner_that_was_made_before_sees_a_registration(runner_of):
    runner = runner_of()
    single("later", lambda context: context.set("version", 1))
    assert runner.execute("later").final_context["version"] == 1
    single("later", lambda context: context.set("version", 2))
    assert runner.execute("later").final_context["version"] == 2


def test_status_callback_hears_the_end_last(runner_of):
    told, over = [], threading.Event()

    def on_status(run_id, status):
        told.append((run_id, status))
        if status == "Completed":
            over.set()

    single("told", lambda context: None)
    handle = runner_of().execute_async("told", status_callback=on_status)
    assert over.wait(30)
    assert {run_id for run_id, _ in told} == {handle.id}
    assert [status for _, status in told][-1] == "Completed"


def test_callbacks_are_over_when_execute_returns(runner_of):
    told = []

    def fails(context):
        raise ValueError("boom")

    single("good", lambda context: context.set("a", 1),
           on_success=lambda id, context: told.append((id, context.to_dict())))
    single("bad", fails, on_failure=lambda id, text, context: told.append((id, text)))
    runner = runner_of()
    runner.execute("good")
    result = runner.execute("bad")
    assert result.status == "Failed"
    assert told == [("only", {"a": 1}), ("only", "ValueError: boom")]


def test_unknown_workflow_is_told_with_the_nearest_name(runner_of):
    single("nearby", lambda context: None)
    with pytest.raises(ValueError, match="Workflow execution failed: .*did you mean 'nearby'"):
        runner_of().execute("nearbi")
