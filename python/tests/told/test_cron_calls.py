# SPDX-License-Identifier: Apache-2.0
"""Schedules and triggers, as a runner asks for them."""

import json

import pytest

from sluice import DefaultRunner, WorkflowBuilder, task, trigger

ABSENT = "schedule-99"


@pytest.fixture
def runner():
    return DefaultRunner("x.db")


@pytest.fixture
def schedule(runner):
    return runner.register_cron_workflow("w", "0 0 * * *", "UTC")


def test_schedule_has_the_members_of_the_contract(runner, schedule):
    assert set(runner.get_cron_schedule(schedule)) == {
        "id", "workflow_name", "cron_expression", "timezone", "enabled", "catchup_policy",
        "next_run_at", "last_run_at", "created_at", "updated_at",
    }


def test_schedule_is_told_with_the_defaults_of_the_contract(core, schedule):
    assert json.loads(core.told("add_schedule")[0][0]) == {
        "workflow_name": "w", "cron_expression": "0 0 * * *", "timezone": "UTC",
        "catchup_policy": "skip", "start": None, "end": None,
    }


def test_only_what_changes_is_told(core, runner, schedule):
    runner.update_cron_schedule(schedule, "0 12 * * *", "America/New_York")
    runner.update_cron_schedule(schedule, timezone="UTC")
    runner.update_cron_schedule(schedule)
    runner.set_cron_schedule_enabled(schedule, False)
    assert [json.loads(said[1]) for said in core.told("update_schedule")] == [
        {"cron_expression": "0 12 * * *", "timezone": "America/New_York"}, {"timezone": "UTC"},
        {}, {"enabled": False},
    ]
    assert runner.get_cron_schedule(schedule)["enabled"] is False


def test_list_is_by_page_and_by_position(core, runner, schedule):
    assert [one["id"] for one in runner.list_cron_schedules(None, None, None)] == [schedule]
    assert runner.list_cron_schedules(True, 10, 0)[0]["enabled"] is True
    assert runner.list_cron_schedules(limit=1, offset=1) == []
    assert [json.loads(said[0]) for said in core.told("list_schedules")] == [
        {"enabled_only": False, "limit": 100, "offset": 0},
        {"enabled_only": True, "limit": 10, "offset": 0},
        {"enabled_only": False, "limit": 1, "offset": 1},
    ]


@pytest.mark.parametrize("page", [{"limit": -1}, {"offset": -1}, {"limit": "1"}, {"limit": True}])
@pytest.mark.parametrize("call", [
    lambda runner, page: runner.list_cron_schedules(**page),
    lambda runner, page: runner.get_cron_execution_history("schedule-1", **page),
    lambda runner, page: runner.list_trigger_schedules(**page),
    lambda runner, page: runner.get_trigger_execution_history("t", **page),
])
def test_pages_are_whole_numbers(runner, call, page):
    with pytest.raises(ValueError, match="is a whole number and not negative"):
        call(runner, page)


def test_deleted_schedule_is_gone(runner, schedule):
    runner.delete_cron_schedule(schedule)
    assert runner.list_cron_schedules() == []


CALLS = [
    ("Failed to get cron schedule", lambda runner, id: runner.get_cron_schedule(id)),
    ("Failed to update cron schedule",
     lambda runner, id: runner.update_cron_schedule(id, "0 0 * * *", "UTC")),
    ("Failed to update cron schedule",
     lambda runner, id: runner.set_cron_schedule_enabled(id, True)),
    ("Failed to delete cron schedule", lambda runner, id: runner.delete_cron_schedule(id)),
    ("Failed to get cron execution history",
     lambda runner, id: runner.get_cron_execution_history(id)),
]


@pytest.mark.parametrize("words, call", CALLS)
def test_unknown_schedule_is_told_in_the_words_of_the_contract(runner, words, call):
    with pytest.raises(ValueError) as refusal:
        call(runner, ABSENT)
    assert str(refusal.value) == f"{words}: no schedule '{ABSENT}'"


@pytest.mark.parametrize("words, call", CALLS)
@pytest.mark.parametrize("id", ["invalid-id", "", "\ud800", None, 7, 10**5000],
                         ids=["words", "empty", "half", "none", "number", "large"])
def test_what_is_no_id_is_told_with_the_operation(core, runner, words, call, id):
    with pytest.raises(ValueError, match=f"^{words}: Invalid schedule ID: "):
        call(runner, id)
    assert core.told("get_schedule") == core.told("update_schedule") == []


def test_schedule_may_be_named_as_in_cloacina(runner, schedule):
    runner.set_cron_schedule_enabled(schedule_id=schedule, enabled=False)
    runner.update_cron_schedule(timezone="Europe/Berlin", schedule_id=schedule)
    known = runner.get_cron_schedule(schedule_id=schedule)
    assert known == runner.get_cron_schedule(id=schedule)
    assert (known["enabled"], known["timezone"]) == (False, "Europe/Berlin")
    assert runner.get_cron_execution_history(schedule_id=schedule, limit=1) == []
    with pytest.raises(TypeError, match="schedule_id"):
        runner.delete_cron_schedule(id=schedule, schedule_id=schedule)
    runner.delete_cron_schedule(schedule_id=schedule)


def test_refused_registration_is_told(core, runner):
    core.refuse("add_schedule", "not_found", "no workflow named 'w'")
    with pytest.raises(ValueError, match="Failed to register cron workflow: no workflow named 'w'"):
        runner.register_cron_workflow("w", "0 0 * * *", "UTC")


def test_history_of_a_new_schedule_is_empty(runner, schedule):
    assert runner.get_cron_execution_history(schedule, None, None) == []


def test_statistics_are_three_counts_and_a_percentage(runner):
    stats = runner.get_cron_execution_stats("2026-01-31T12:00:00+00:00")
    assert {name: type(value) for name, value in stats.items()} == {
        "total_executions": int, "successful_executions": int, "lost_executions": int,
        "success_rate": float,
    }


@pytest.mark.parametrize("since", ["invalid-datetime", "", None, 7])
def test_what_is_no_time_is_told_apart(runner, since):
    with pytest.raises(ValueError, match="^Invalid datetime format"):
        runner.get_cron_execution_stats(since)


def test_other_errors_of_statistics_are_not_about_the_time(core, runner):
    core.refuse("schedule_stats", "unavailable", "the database is away")
    with pytest.raises(ValueError, match="Failed to get cron execution stats: the database is"):
        runner.get_cron_execution_stats("2026-01-31T12:00:00Z")


def test_trigger_has_the_members_of_the_contract(runner):
    trigger(name="t", on="w", poll_interval="1s")(lambda: False)
    [listed] = runner.list_trigger_schedules()
    assert listed == runner.get_trigger_schedule("t")
    assert set(listed) == {
        "id", "trigger_name", "workflow_name", "poll_interval_ms", "allow_concurrent", "enabled",
        "last_poll_at", "created_at", "updated_at",
    }


def test_unknown_trigger_is_none_and_has_no_history(runner):
    assert runner.get_trigger_schedule("absent") is None
    assert runner.get_trigger_execution_history("absent", 10, 0) == []
    with pytest.raises(ValueError, match="Failed to set trigger enabled: no trigger 'absent'"):
        runner.set_trigger_enabled("absent", True)


def test_trigger_is_fired_by_hand(core, runner):
    with WorkflowBuilder("w"):
        task(id="a")(lambda context: context)
    trigger(name="t", on="w")(lambda: False)
    assert runner.fire_trigger("t", {"a": 1}).wait().final_context["a"] == 1
    core.refuse("fire_trigger", "conflict", "a run with this context is active")
    with pytest.raises(ValueError, match="Failed to fire trigger: a run with this context"):
        runner.fire_trigger("t")
