# SPDX-License-Identifier: Apache-2.0
"""What has been fired, as the engine tells it."""

import re
import threading

import pytest

from sluice import (
    Context, DefaultRunner, DefaultRunnerConfig, TriggerResult, WorkflowBuilder, task, trigger,
)

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@pytest.fixture
def runner(tmp_path):
    with DefaultRunner(f"sqlite://{tmp_path / 'a.db'}") as runner:
        yield runner


def telling(name):
    """A workflow, and when a run of it has begun."""
    begun = threading.Event()
    with WorkflowBuilder(name):
        task(id="only")(lambda context: begun.set())
    return begun


def are_times(document, *members):
    return all(RFC3339.fullmatch(document[member]) for member in members)


def test_schedule_and_its_history_have_the_members_of_the_contract(runner):
    begun = telling("told_by_cron")
    id = runner.register_cron_workflow("told_by_cron", "* * * * * *", "UTC")
    assert runner.register_cron_workflow("told_by_cron", "* * * * * *", "UTC") == id
    assert begun.wait(30)

    [schedule] = runner.list_cron_schedules()
    assert set(schedule) == {
        "id", "workflow_name", "cron_expression", "timezone", "enabled", "catchup_policy",
        "next_run_at", "last_run_at", "created_at", "updated_at"}
    assert (schedule["id"], schedule["catchup_policy"]) == (id, "skip")
    assert are_times(schedule, "next_run_at", "last_run_at", "created_at", "updated_at")

    fire = runner.get_cron_execution_history(id)[-1]
    assert set(fire) == {
        "id", "schedule_id", "scheduled_time", "claimed_at", "pipeline_execution_id",
        "workflow_execution_id", "created_at", "updated_at"}
    assert fire["schedule_id"] == id
    assert fire["pipeline_execution_id"] == fire["workflow_execution_id"]
    assert are_times(fire, "scheduled_time", "claimed_at", "created_at", "updated_at")
    result = runner.get_result(fire["workflow_execution_id"])
    assert result.initial_context["schedule_id"] == id
    assert RFC3339.fullmatch(result.start_time)

    stats = runner.get_cron_execution_stats(schedule["created_at"])
    assert {name: type(value) for name, value in stats.items()} == {
        "total_executions": int, "successful_executions": int, "lost_executions": int,
        "success_rate": float}
    assert stats["total_executions"] == stats["successful_executions"] >= 1
    assert (stats["lost_executions"], stats["success_rate"]) == (0, 100.0)


def test_trigger_and_its_history_have_the_members_of_the_contract(runner):
    begun = telling("told_by_trigger")
    trigger(name="files", on="told_by_trigger", poll_interval="1h")(
        lambda: TriggerResult.fire(Context({"file": "a.csv"})))
    assert begun.wait(30)

    known = runner.get_trigger_schedule("files")
    assert set(known) == {
        "id", "trigger_name", "workflow_name", "poll_interval_ms", "allow_concurrent", "enabled",
        "last_poll_at", "created_at", "updated_at"}
    assert (known["workflow_name"], known["poll_interval_ms"]) == ("told_by_trigger", 3_600_000)
    assert are_times(known, "created_at", "updated_at")

    run = runner.get_trigger_execution_history("files")[0]["workflow_execution_id"]
    assert runner.attach(run).wait().initial_context.to_dict() == {"file": "a.csv"}
    [fire] = runner.get_trigger_execution_history("files")
    assert set(fire) == {
        "id", "schedule_id", "context_hash", "workflow_execution_id", "started_at",
        "completed_at", "created_at"}
    assert (fire["schedule_id"], fire["workflow_execution_id"]) == (known["id"], run)
    assert are_times(fire, "started_at", "completed_at", "created_at")


def test_trigger_is_known_as_soon_as_it_is_registered(runner):
    telling("at_once")
    for number in range(20):
        trigger(name=f"at once {number}", on="at_once", poll_interval="1h")(TriggerResult.skip)
        known = runner.get_trigger_schedule(f"at once {number}")
        assert known["workflow_name"] == "at_once"
        assert runner.fire_trigger(f"at once {number}").wait().status == "Completed"


def test_runner_that_is_made_later_knows_the_triggers_at_once(tmp_path):
    telling("before")
    names = [f"before {number}" for number in range(20)]
    for name in names:
        trigger(name=name, on="before", poll_interval="1h")(TriggerResult.skip)
    with DefaultRunner(f"sqlite://{tmp_path / 'later.db'}") as runner:
        assert all(runner.get_trigger_schedule(name) for name in names)


def test_triggers_are_asked_where_no_schedule_fires(tmp_path):
    telling("off")
    asked = threading.Semaphore(0)
    config = DefaultRunnerConfig(enable_cron_scheduling=False)
    with DefaultRunner.with_config(f"sqlite://{tmp_path / 'off.db'}", config) as runner:
        id = runner.register_cron_workflow("off", "* * * * * *", "UTC")
        trigger(name="off", on="off", poll_interval="1s")(lambda: asked.release() or False)
        for _ in range(4):
            assert asked.acquire(timeout=30)
        # By now three seconds have gone by.
        assert runner.get_cron_execution_history(id) == []


def test_what_was_registered_last_is_listed_first(runner):
    telling("listed")
    for name in ("one", "two"):
        trigger(name=name, on="listed", poll_interval="1h")(TriggerResult.skip)
    listed = [one["trigger_name"] for one in runner.list_trigger_schedules()]
    assert listed.index("two") < listed.index("one")

    ids = [runner.register_cron_workflow("listed", f"0 {hour} * * *", "UTC") for hour in (3, 4)]
    assert [one["id"] for one in runner.list_cron_schedules()] == ids[::-1]
