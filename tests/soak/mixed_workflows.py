# SPDX-License-Identifier: Apache-2.0
"""The workflows of workflow_program.py, and what must have become of a run of each.

Each is a function of the number that its run is given, whoever runs its tasks and however often.
"""

import asyncio
import time

from sluice import (
    Context, RetryPolicy, TriggerResult, WorkflowBuilder, task, task_failed, trigger,
)

NAMES = ("chain", "diamond", "flaky", "deferring", "asynchronous", "fallback")
FAILED_TRIES = 2
TRIGGERED = 3  # contexts of the trigger
SOON = RetryPolicy.builder().max_attempts(5).initial_delay(0.01).with_jitter(False).build()


def define_chain():
    with WorkflowBuilder("chain"):

        @task()
        def double(context):
            context.set("double", 2 * context["number"])

        @task(dependencies=[double])
        def rest(context):
            time.sleep(0.02)
            context.set("rested", True)

        @task(dependencies=[rest])
        def answer(context):
            return Context({"answer": context["double"] + 1})


def define_diamond():
    with WorkflowBuilder("diamond"):

        @task()
        def split(context):
            context.set("items", [context["number"]])

        @task(dependencies=[split])
        def left(context):
            context.set("items", [*context["items"], "left"])
            time.sleep(0.01)

        @task(dependencies=[split])
        def right(context):
            context.set("items", [*context["items"], "right"])

        @task(dependencies=[left, right])
        def join(context):
            return Context({"answer": context["items"]})


def define_flaky():
    with WorkflowBuilder("flaky"):

        @task(retry=SOON)
        def try_again(context, handle):
            if handle.attempt <= FAILED_TRIES:
                raise ConnectionError(f"attempt {handle.attempt} fails")
            return Context({"answer": context["number"]})


def define_deferring():
    with WorkflowBuilder("deferring"):

        @task()
        def wait(context, handle):
            begin = time.monotonic()
            handle.defer_until(lambda: time.monotonic() > begin + 0.2, poll_interval_ms=20)
            return Context({"answer": context["number"]})


def define_asynchronous():
    with WorkflowBuilder("asynchronous"):

        @task()
        async def sleep(context):
            await asyncio.gather(asyncio.sleep(0.03), asyncio.sleep(0.05))
            context.set("slept", True)

        @task(dependencies=[sleep])
        async def answer(context):
            return Context({"answer": context["number"]})


def define_fallback():
    with WorkflowBuilder("fallback"):

        @task(retry_attempts=1)
        def break_down(context):
            raise ValueError("this one fails")

        @task(dependencies=[break_down])
        def skipped(context):
            raise AssertionError("a task after a failed one has run")

        @task(dependencies=[break_down], trigger_rules=task_failed("break_down"))
        def mend(context):
            return Context({"answer": context["number"]})


def register():
    for define in (define_chain, define_diamond, define_flaky, define_deferring,
                   define_asynchronous, define_fallback):
        define()


def register_trigger():
    """Fires now and then; a run with the same context is not started twice at a time."""

    @trigger(name="now_and_then", on="chain", poll_interval="300ms")
    def now_and_then():
        number = int(time.time() * 10)
        if number % 2:
            return TriggerResult.skip()
        return TriggerResult.fire(Context({"number": number % TRIGGERED}))


def answer_of(workflow, number):
    if workflow == "chain":
        return 2 * number + 1
    if workflow == "diamond":
        return [number, "left", "right"]
    return number


def problems(result):
    """What is wrong with a final run, in words."""
    workflow = result.workflow.rpartition("::")[2]
    wanted = "Failed" if workflow == "fallback" else "Completed"
    if result.status != wanted:
        why = {each.id: each.error for each in result.task_results if each.error}
        return [f"run {result.id} of {workflow} is {result.status}: {result.error_message}, {why}"]
    number = result.initial_context["number"]
    answer = result.final_context.get("answer")
    if answer != answer_of(workflow, number):
        return [f"run {result.id} of {workflow} with {number} has the answer {answer!r}"]
    return []
