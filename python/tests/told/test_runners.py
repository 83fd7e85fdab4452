# SPDX-License-Identifier: Apache-2.0
"""What the engine is told by a runner, and what becomes of its answers."""

import inspect
import json
import logging

import pytest

from sluice import Context, DefaultRunner, DefaultRunnerConfig, WorkflowBuilder, task
from sluice._life import prepare_process


@pytest.fixture
def runner():
    return DefaultRunner("x.db")


@pytest.fixture
def workflow():
    with WorkflowBuilder("w"):
        @task()
        def a(context):
            context["a"] = 1

        @task(dependencies=[a], retry_attempts=2)
        def b(context):
            if context.get("fail"):
                raise ValueError("boom")
            context["b"] = 2

        @task(dependencies=[b])
        def c(context):
            context["c"] = 3


@pytest.mark.parametrize("method, names", [
    (DefaultRunner, ["url"]),
    (DefaultRunner.with_config, ["url", "config"]),
    (DefaultRunner.with_schema, ["database_url", "schema"]),
    (DefaultRunner.register_cron_workflow,
     ["self", "workflow_name", "cron_expression", "timezone"]),
    (DefaultRunner.list_cron_schedules, ["self", "enabled_only", "limit", "offset"]),
    (DefaultRunner.update_cron_schedule,
     ["self", "id", "cron_expression", "timezone"]),
    (DefaultRunner.get_cron_schedule, ["self", "id"]),
    (DefaultRunner.set_cron_schedule_enabled, ["self", "id", "enabled"]),
    (DefaultRunner.delete_cron_schedule, ["self", "id"]),
    (DefaultRunner.get_cron_execution_history, ["self", "id", "limit", "offset"]),
    (DefaultRunner.get_cron_execution_stats, ["self", "since"]),
    (DefaultRunner.list_trigger_schedules, ["self", "enabled_only", "limit", "offset"]),
    (DefaultRunner.get_trigger_execution_history, ["self", "name", "limit", "offset"]),
])
def test_parameters_are_those_of_the_contract(method, names):
    assert list(inspect.signature(method).parameters) == names


def test_runner_opens_its_database_with_all_options(core):
    DefaultRunner("sqlite:///tmp/x.db")
    [[url, options, schema]] = core.told("__init__")
    assert (url, schema) == ("sqlite:///tmp/x.db", None)
    assert json.loads(options)["max_concurrent_tasks"] == 4
    assert set(json.loads(options)) == {
        "max_concurrent_tasks", "task_timeout_ms", "run_timeout_ms", "db_pool_size",
        "enable_recovery", "mode", "cron",
    }


def test_config_is_taken_as_it_is_then(core):
    config = DefaultRunnerConfig(max_concurrent_tasks=16)
    DefaultRunner.with_config("x.db", config)
    config.max_concurrent_tasks = 1
    assert json.loads(core.told("__init__")[0][1])["max_concurrent_tasks"] == 16
    with pytest.raises(TypeError, match="DefaultRunnerConfig is needed, not dict"):
        DefaultRunner.with_config("x.db", {})


def test_subclasses_are_made_by_every_constructor():
    class Mine(DefaultRunner):
        pass

    assert type(Mine("x.db")) is Mine
    assert type(Mine.with_config("x.db", DefaultRunnerConfig())) is Mine
    assert type(Mine.with_schema("postgresql://h/d", "a")) is Mine


@pytest.mark.parametrize("make, words", [
    (lambda: DefaultRunner("x.db"), "Failed to create DefaultRunner: no such host"),
    (lambda: DefaultRunner.with_config("x.db", DefaultRunnerConfig()),
     "Failed to create DefaultRunner: no such host"),
    (lambda: DefaultRunner.with_schema("postgresql://h/d", "a"),
     "Failed to create DefaultRunner with schema: Failed to set up schema 'a': no such host"),
])
def test_runner_that_cannot_be_made_is_a_value_error(core, make, words):
    core.refuse("__init__", "unavailable", "no such host")
    with pytest.raises(ValueError) as refusal:
        make()
    assert str(refusal.value) == words


@pytest.mark.parametrize("name", [
    "tenant-name", "tenant name", "tenant.name", "tenant@name", "tenant$name", '"', "a;b", "ü",
    "a\n", "'",
])
def test_schema_name_is_checked_before_anything_connects(core, name):
    with pytest.raises(ValueError) as refusal:
        DefaultRunner.with_schema("postgresql://localhost/test", name)
    assert str(refusal.value) == (
        "Schema name must contain only alphanumeric characters and underscores"
    )
    with pytest.raises(ValueError, match="^Schema name cannot be empty$"):
        DefaultRunner.with_schema("postgresql://localhost/test", "")
    assert core.told("__init__") == []


def test_schema_is_told_as_it_is(core):
    DefaultRunner.with_schema("postgresql://h/d", "Tenant_1")
    assert core.told("__init__")[0][2] == "Tenant_1"


def test_process_is_prepared_once_and_by_the_first_runner(core, caplog):
    prepare_process.cache_clear()
    DefaultRunner("x.db")
    DefaultRunner("x.db")
    [[write]] = core.told("set_log")
    with caplog.at_level(logging.INFO, "sluice"):
        write(30, "workflow 'w' changed")
    assert caplog.record_tuples == [("sluice", 30, "workflow 'w' changed")]


def test_completed_run_is_told_whole(runner, workflow):
    result = runner.execute("w", Context({"given": True}))
    assert result.status == "Completed" and result.error_message is None
    assert result.final_context == Context({"given": True, "a": 1, "b": 2, "c": 3})
    assert result.initial_context == Context({"given": True})
    assert result.final_context is result.final_context
    assert result.start_time.endswith("Z") and result.end_time.endswith("Z")
    assert (result.workflow, len(result.version)) == ("w", 16)
    assert [one.id for one in result.task_results] == ["a", "b", "c"]
    assert repr(result) == f"WorkflowResult('{result.id}', status='Completed')"


def test_failed_run_is_a_result_too(runner, workflow):
    result = runner.execute("w", {"fail": True})
    assert result.status == "Failed"
    assert result.error_message == "1 task(s) failed, 1 completed, 1 skipped"
    a, b, c = result.task_results
    assert (a.status, a.error, a.output) == ("Completed", None, Context({"fail": True, "a": 1}))
    assert (b.status, b.error, b.attempts, b.output) == ("Failed", "ValueError: boom", 2, None)
    assert (c.status, c.attempts) == ("Skipped", 0)
    assert c.start_time and c.end_time and repr(c) == "TaskResult('c', status='Skipped')"


@pytest.mark.parametrize("context, document", [
    (None, None), ({}, None), (Context(), None), ({"a": 1}, '{"a":1}'),
    (Context({"a": 1}), '{"a":1}'),
])
def test_empty_context_is_not_sent(core, runner, workflow, context, document):
    runner.execute("w", context)
    runner.execute_async("w", context)
    assert [said[1] for said in core.told("execute")] == [document, document]


@pytest.mark.parametrize("context", [7, "text", ["a"]])
def test_context_is_a_context_or_a_dict(runner, workflow, context):
    with pytest.raises(TypeError):
        runner.execute("w", context)


@pytest.mark.parametrize("call", ["execute", "execute_async"])
def test_unknown_workflow_is_a_value_error(runner, call):
    with pytest.raises(ValueError) as refusal:
        getattr(runner, call)("absent", Context())
    assert str(refusal.value) == "Workflow execution failed: no workflow named 'absent'"


def test_full_and_other_names_find_the_workflow(runner):
    with WorkflowBuilder("w", workflow="inner", tenant="t", package="p"):
        task(id="a")(lambda context: context)
    for name in ("w", "inner", "t::p::inner"):
        assert runner.execute(name).status == "Completed"


def test_handle_follows_a_run(core, runner, workflow):
    heard = []
    handle = runner.execute_async("w", {}, status_callback=lambda *said: heard.append(said))
    assert heard == [(handle.id, "Completed")]
    assert handle.status() == "Completed" and handle.wait().id == handle.id
    assert handle.wait_for(0) is None and handle.wait_for(1.5).status == "Completed"
    handle.cancel("because")
    assert [said[0] for said in core.told("wait")] == [-1, 0, 1500]
    assert core.told("cancel") == [["because"]]
    assert repr(handle) == f"RunHandle('{handle.id}')"


@pytest.mark.parametrize("seconds, milliseconds", [
    (-1, 0), (float("-inf"), 0), (1e-9, 1), (365 * 24 * 3600 - 1, 31_535_999_000),
    (1e30, -1), (10**400, -1), (float("inf"), -1),
])
def test_long_waits_are_without_end(core, runner, workflow, seconds, milliseconds):
    runner.execute_async("w").wait_for(seconds)
    assert core.told("wait") == [[milliseconds]]


@pytest.mark.parametrize("seconds, error, words", [
    ("5", TypeError, "seconds is a number, not str"),
    (None, TypeError, "seconds is a number, not NoneType"),
    (float("nan"), ValueError, "seconds is a number, not nan"),
])
def test_waits_take_numbers(runner, workflow, seconds, error, words):
    with pytest.raises(error, match=words):
        runner.execute_async("w").wait_for(seconds)


@pytest.mark.parametrize("reason", [5, None, "\ud800"])
def test_reason_of_a_cancel_is_text(runner, workflow, reason):
    with pytest.raises((TypeError, ValueError), match="^reason is"):
        runner.execute_async("w").cancel(reason)


def test_error_of_a_status_callback_is_logged(runner, workflow, caplog):
    runner.execute_async("w", {}, status_callback=lambda *said: 1 // 0)
    assert "status_callback of 'run-1' failed" in caplog.text


def test_runs_are_looked_at_and_changed_by_their_ids(core, runner, workflow):
    id = runner.execute("w").id
    assert runner.get_status(id) == "Completed"
    assert runner.get_result(id).final_context["c"] == 3
    assert [run["id"] for run in runner.list_runs(status="Completed", limit=5)] == [id]
    runner.cancel(id, "because")
    runner.pause(id)
    runner.resume(id)
    assert runner.retry_from(id, "b").id == runner.attach(id).id == id
    assert runner.why(id) == ["it is final"]
    assert "sluice_workflow_runs_total" in runner.metrics()
    assert json.loads(core.told("list_runs")[0][0]) == {
        "workflow": "", "status": "Completed", "before": "", "limit": 5,
    }
    assert core.told("retry_from") == [[id, "b"]]


@pytest.mark.parametrize("call", ["get_status", "get_result", "attach", "cancel"])
def test_unknown_run_is_a_value_error(runner, call):
    with pytest.raises(ValueError, match="the run: no run 'absent'"):
        getattr(runner, call)("absent")


def test_shutdown_says_how_many_were_left_and_ends_the_runner(core, workflow):
    with DefaultRunner("x.db") as runner:
        assert runner.execute("w").status == "Completed"
    assert runner.shutdown(0.5) == 0
    assert runner.shutdown(float("inf")) == runner.shutdown(-1) == 0
    assert [said[0] for said in core.told("shutdown")] == [10_000, 500, 31_536_000_000, 0]
    with pytest.raises(RuntimeError, match="this Runner is shut down"):
        runner.execute("w")


def test_error_in_the_block_of_a_runner_is_not_masked(core):
    with pytest.raises(ZeroDivisionError):
        with DefaultRunner("x.db"):
            1 // 0
    assert len(core.told("shutdown")) == 1
