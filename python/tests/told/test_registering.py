# SPDX-License-Identifier: Apache-2.0
"""What the engine is told of workflows and triggers."""

import json

import pytest

from sluice import (
    Context, DefaultRunner, TriggerResult, WorkflowBuilder, register_workflow_constructor, task,
    task_failed, trigger,
)


def workflow(name="w", **more):
    with WorkflowBuilder(name, **more) as builder:
        builder.description("text").tag("env", "test")

        @task(id="a", timeout=5, retry_attempts=1)
        def first(context):
            return context

        @task(id="b", dependencies=[first], trigger_rules=task_failed("a"))
        def second(context):
            return context
    return builder


def test_definition_has_the_form_of_the_stub(core):
    workflow("w", tenant="t", package="p", workflow="inner")
    [[document, alias, bodies, on_success, on_failure]] = core.told("register")
    document = json.loads(document)
    tasks = document.pop("tasks")
    assert document == {"tenant": "t", "package": "p", "workflow": "inner", "description": "text",
                        "tags": {"env": "test"}}
    assert alias == "w"
    assert [one["id"] for one in tasks] == ["a", "b"]
    assert tasks[0]["dependencies"] == [] and tasks[1]["dependencies"] == ["a"]
    assert tasks[0]["timeout_ms"] == 5000 and "timeout_ms" not in tasks[1]
    assert tasks[0]["retry"]["max_attempts"] == 1 and "rule" not in tasks[0]
    assert tasks[1]["rule"] == {"type": "All", "conditions": [task_failed("a")]}
    assert all(callable(body) for body in bodies) and len(bodies) == 2
    assert on_success == on_failure == [None, None]


def test_only_the_end_of_the_block_registers(core):
    with WorkflowBuilder("w") as builder:
        task(id="a")(lambda context: context)
        builder.build()
        builder.build()
        assert core.told("register") == []
    assert len(core.told("register")) == 1


def test_nothing_is_registered_when_the_block_fails(core):
    with pytest.raises(ZeroDivisionError):
        with WorkflowBuilder("w"):
            task(id="a")(lambda context: context)
            1 // 0
    assert core.told("register") == []


def test_constructor_registers_under_the_name_it_is_given(core):
    def construct():
        with WorkflowBuilder("w") as builder:
            task(id="a")(lambda context: context)
            return builder.build()

    register_workflow_constructor("other", construct)
    assert [said[1] for said in core.told("register")] == ["w", "other"]


def test_every_problem_is_told_with_the_words_of_the_contract(core):
    core.refuse("check", "invalid", "2 problems", ["cycle: a -> b -> a", "task 'c' is missing"])
    with pytest.raises(ValueError) as refusal:
        workflow()
    assert str(refusal.value) == (
        "Failed to build workflow: cycle: a -> b -> a; task 'c' is missing"
    )
    assert core.told("register") == []


def test_name_again_replaces_the_workflow():
    runner = DefaultRunner("x.db")
    for number in range(2):
        with WorkflowBuilder("w"):
            task(id="a")(lambda context, number=number: context.set("number", number))
        assert runner.execute("w").final_context["number"] == number


def test_twice_the_same_id_is_left_to_the_check(core):
    with WorkflowBuilder("w"):
        task(id="a")(lambda context: context)
        task(id="a")(lambda context: None)
        core.refuse("check", "invalid", "task 'a' is described twice")
        with pytest.raises(ValueError, match="task 'a' is described twice"):
            WorkflowBuilder("w").add_task("a").build()


def test_trigger_has_the_form_of_the_stub(core):
    @trigger(name="t", on="w", poll_interval="100ms", allow_concurrent=True)
    def polled():
        return TriggerResult.fire(Context({"a": 1}))

    @trigger(on="w", cron="0 3 * * *", timezone="Europe/Berlin")
    def timed():
        return False

    @trigger()
    def recorded():
        return True

    documents = [json.loads(said[0]) for said in core.told("register_trigger")]
    assert documents == [
        {"name": "t", "on": "w", "poll_interval_ms": 100, "cron": None, "timezone": None,
         "allow_concurrent": True},
        {"name": "timed", "on": "w", "poll_interval_ms": None, "cron": "0 3 * * *",
         "timezone": "Europe/Berlin", "allow_concurrent": False},
        {"name": "recorded", "on": None, "poll_interval_ms": 30_000, "cron": None,
         "timezone": None, "allow_concurrent": False},
    ]
    assert core.told("register_trigger")[0][1]() == '{"a":1}'
    assert core.told("register_trigger")[1][1]() is None


def test_cron_of_a_trigger_that_does_not_parse_is_a_value_error(core):
    core.refuse("register_trigger", "invalid", "'x' is no cron expression")
    with pytest.raises(ValueError, match="Failed to register trigger: 'x' is no cron expression"):
        trigger(on="w", cron="x")(lambda: True)
