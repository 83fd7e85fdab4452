# SPDX-License-Identifier: Apache-2.0
"""Does everything that goes wrong within one process, and prints as JSON what became of it."""

import json
import math
import threading
import time

import sluice
from common import parser, say, wait_until
from sluice import Context, DefaultRunner, DefaultRunnerConfig, WorkflowBuilder, task

LIMIT = 16 << 20
outcomes = {}
late = threading.Event()  # ends the body that is overdue


def once(function):
    """A task that is tried once."""
    return task(retry_attempts=1)(function)


def failing(name, function):
    with WorkflowBuilder(name):
        task(id="only", retry_attempts=1)(function)


def raises(error):
    def body(context):
        raise error

    return body


def setting(value):
    def body(context):
        context.set("a", {"b": [1, value]})

    return body


def cycle():
    looped = []
    looped.append(looped)
    return looped


def filled(size):
    """A body whose output has so many bytes: {"a":"…"}."""
    def body(context):
        return Context({"a": "x" * (size - len('{"a":""}'))})

    return body


FAILING = {
    "exception": raises(ValueError("boom")),
    "system-exit": raises(SystemExit(3)),
    "keyboard-interrupt": raises(KeyboardInterrupt()),
    "no-context": lambda context: 7,
    "nan": setting(math.nan),
    "infinity": setting(-math.inf),
    "function": setting(raises),
    "cycle": setting(cycle()),
    "wide-integer": setting(2**64),
    "over-the-limit": filled(LIMIT + 1),
    "at-the-limit": filled(LIMIT),
}


def define(runner):
    for name, body in FAILING.items():
        failing(name, body)

    with WorkflowBuilder("integers"):

        @once
        def extremes(context):
            assert context["most"] == 2**64 - 1
            context.set("least", -(2**63))

    with WorkflowBuilder("inner"):

        @once
        def answer(context):
            context.set("answer", 42)

    with WorkflowBuilder("outer"):

        @once
        def ask(context):
            context.set("inner", runner.execute("inner").final_context["answer"])

    with WorkflowBuilder("overdue"):

        @task(retry_attempts=1, timeout=0.3)
        def block(context):
            late.wait(60)
            context.set("late", True)


def refusal(call):
    """The text of the ValueError that this raises."""
    try:
        call()
    except ValueError as error:
        return str(error)
    raise AssertionError("it was not refused")


def look_at_bodies(runner):
    for name in FAILING:
        result = runner.execute(name)
        only = result.task_results[0]
        outcomes[name] = [result.status, only.status, only.error or ""]
    integers = runner.execute("integers", {"most": 2**64 - 1}).final_context
    outcomes["integers"] = integers.to_dict() == {"most": 2**64 - 1, "least": -(2**63)}
    outcomes["outer"] = runner.execute("outer").final_context.to_dict()


def look_at_overdue(runner):
    begin = time.monotonic()
    result = runner.execute("overdue")
    outcomes["overdue"] = [result.status, result.task_results[0].error,
                           time.monotonic() - begin]
    outcomes["overdue-metric"] = [line for line in runner.metrics().splitlines()
                                  if line.startswith("sluice_workflow_overdue_bodies")]
    # The only slot is taken by a body whose time is up.
    handle = runner.execute_async("inner")
    outcomes["waits-for-slot"] = handle.wait_for(0.3) is None
    # What a runner says of itself comes with its heartbeat.
    wait_until(lambda: any("time has run out" in line for line in runner.why(handle.id)))
    outcomes["overdue-why"] = runner.why(handle.id)
    late.set()
    outcomes["after-overdue"] = handle.wait().status
    outcomes["late-result"] = runner.get_result(result.id).task_results[0].status


def look_at_refusals(runner, url):
    outcomes["unknown-workflow"] = refusal(lambda: runner.execute("inne"))
    outcomes["large-context"] = refusal(lambda: runner.execute("inner", {"a": "x" * LIMIT}))
    outcomes["nan-context"] = refusal(lambda: runner.execute("inner", {"a": math.nan}))
    outcomes["no-schedule"] = refusal(
        lambda: runner.register_cron_workflow("nobody", "* * * * *", "UTC"))
    outcomes["quoted-schema"] = refusal(lambda: DefaultRunner.with_schema(url, 'a"b'))
    outcomes["sqlite-schema"] = refusal(lambda: DefaultRunner.with_schema("x.db", "tenant"))


def many_problems():
    with WorkflowBuilder("wrong") as builder:
        for id, dependencies in (("extract", ["load"]), ("load", ["extract"]),
                                 ("sum", ["extrakt"])):
            task(id=id, dependencies=dependencies)(lambda context: None)
        task(id="rule", trigger_rules=sluice.task_success("nobody"))(lambda context: None)
        task(id="sum")(lambda context: None)
    return builder


def main():
    said = parser().parse_args()
    outcomes["definition"] = refusal(many_problems)
    config = DefaultRunnerConfig(max_concurrent_tasks=1)
    with DefaultRunner.with_config(said.db, config) as runner:
        define(runner)
        look_at_bodies(runner)
        look_at_overdue(runner)
        look_at_refusals(runner, said.db)
    say(json.dumps(outcomes))


main()
