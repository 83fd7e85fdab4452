# SPDX-License-Identifier: Apache-2.0
"""Arguments that cannot be are refused in words that name them, before the engine sees them."""

import functools
import math
import os
import pathlib
from dataclasses import replace

import pytest

from sluice import (
    BackoffStrategy, Context, DatabaseAdmin, DefaultRunner, DefaultRunnerConfig, RetryCondition,
    RetryPolicy, TaskNamespace, TenantConfig, WorkflowBuilder, context_value,
    register_workflow_constructor, task, task_failed, task_success, trigger,
)
from sluice._admin import document_of

HALF = "\ud800"  # half of a pair of UTF-16
HUGE = 10**30
ID = "019a9f3c-5b1f-7000-8000-00000b2c3d4e"


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    path = tmp_path_factory.mktemp("wrong") / "a.db"
    with DefaultRunner(f"sqlite://{path}") as runner:
        yield runner


def decorated(function=lambda context: context, **words):
    with WorkflowBuilder("w"):
        task(**{"id": "a", **words})(function)


def refused(kind, words, call):
    with pytest.raises(kind) as refusal:
        call()
    assert type(refusal.value) is kind
    assert words in str(refusal.value)
    assert "incompatible" not in str(refusal.value)


def named(rows):
    return pytest.mark.parametrize("call, words", rows, ids=[words for _, words in rows])


@named([
    (lambda runner: runner.execute(5), "workflow_name is a string, not int"),
    (lambda runner: runner.execute_async(None), "workflow_name is a string, not NoneType"),
    (lambda runner: runner.execute_async("w", None, "print"), "status_callback is a function, not"),
    (lambda runner: runner.get_status(7), "run_id is a string, not int"),
    (lambda runner: runner.get_result(7), "run_id is a string, not int"),
    (lambda runner: runner.attach(b"7"), "run_id is a string, not bytes"),
    (lambda runner: runner.cancel(7), "run_id is a string, not int"),
    (lambda runner: runner.cancel(ID, 7), "reason is a string, not int"),
    (lambda runner: runner.pause(7), "run_id is a string, not int"),
    (lambda runner: runner.resume(7), "run_id is a string, not int"),
    (lambda runner: runner.retry_from(7, "a"), "run_id is a string, not int"),
    (lambda runner: runner.retry_from(ID, print), "task is a string, not builtin_function"),
    (lambda runner: runner.why(7), "run_id is a string, not int"),
    (lambda runner: runner.list_runs(7), "workflow is a string, not int"),
    (lambda runner: runner.list_runs(status=7), "status is a string, not int"),
    (lambda runner: runner.list_runs(before=7), "before is a string, not int"),
    (lambda runner: runner.list_runs(limit="5"), "limit is a whole number, not str"),
    (lambda runner: runner.shutdown("5"), "grace_seconds is a number, not str"),
    (lambda runner: runner.register_cron_workflow(5, "@daily", "UTC"), "workflow_name is a string"),
    (lambda runner: runner.register_cron_workflow("w", 5, "UTC"), "cron_expression is a string"),
    (lambda runner: runner.register_cron_workflow("w", "@daily", 5), "timezone is a string, not"),
    (lambda runner: runner.update_cron_schedule(ID, 5), "cron_expression is a string, not int"),
    (lambda runner: runner.update_cron_schedule(ID, timezone=5), "timezone is a string, not int"),
    (lambda runner: runner.set_cron_schedule_enabled(ID, "false"), "enabled is True or False, not"),
    (lambda runner: runner.list_cron_schedules("false"), "enabled_only is True or False, not str"),
    (lambda runner: runner.list_trigger_schedules(0), "enabled_only is True or False, not int"),
    (lambda runner: runner.get_trigger_schedule(5), "name is a string, not int"),
    (lambda runner: runner.set_trigger_enabled(5, True), "name is a string, not int"),
    (lambda runner: runner.set_trigger_enabled("t", "no"), "enabled is True or False, not str"),
    (lambda runner: runner.get_trigger_execution_history(5), "name is a string, not int"),
    (lambda runner: runner.fire_trigger(5), "name is a string, not int"),
])
def test_runners_take_values_of_their_types(runner, call, words):
    refused(TypeError, words, lambda: call(runner))


@named([
    (lambda runner: runner.execute(HALF), "workflow_name is text that UTF-8 can spell, not"),
    (lambda runner: runner.get_status(HALF), "run_id is text that UTF-8 can spell, not"),
    (lambda runner: runner.list_runs(HALF), "workflow is text that UTF-8 can spell, not"),
    (lambda runner: runner.list_runs(limit=0), "limit is 1 to 1000, not 0"),
    (lambda runner: runner.list_runs(limit=HUGE), "limit is 1 to 1000, not 1000000"),
    (lambda runner: runner.shutdown(math.nan), "grace_seconds is a number, not nan"),
    (lambda runner: runner.list_cron_schedules(limit=HUGE), "limit is at most 9223372036854775807"),
    (lambda runner: runner.get_cron_execution_history(ID, offset=HUGE), "offset is at most 92233"),
    (lambda runner: runner.list_trigger_schedules(offset=HUGE), "offset is at most 92233720"),
    (lambda runner: runner.get_trigger_execution_history("t", HUGE), "limit is at most 922337"),
    (lambda runner: runner.get_cron_schedule(HALF), "schedule: Invalid schedule ID: '\\ud800'"),
    (lambda runner: runner.get_cron_execution_stats(HALF), "Invalid datetime format"),
    (lambda runner: runner.register_cron_workflow("w", HALF, "UTC"), "cron_expression is text"),
    (lambda runner: runner.get_trigger_schedule(HALF), "name is text that UTF-8 can spell, not"),
])
def test_runners_take_values_within_their_limits(runner, call, words):
    refused(ValueError, words, lambda: call(runner))


@named([
    (lambda: DefaultRunner(5), "url is a URL or a path, not int"),
    (lambda: DefaultRunner(None), "url is a URL or a path, not NoneType"),
    (lambda: DefaultRunner(b"a.db"), "url is a URL or a path, not bytes"),
    (lambda: DefaultRunner.with_config(5, DefaultRunnerConfig()), "url is a URL or a path, not"),
    (lambda: DefaultRunner.with_schema(5, "s"), "database_url is a URL or a path, not int"),
    (lambda: DefaultRunner.with_schema("postgresql://h/d", 5), "schema is a string, not int"),
    (lambda: DatabaseAdmin(5), "database_url is a URL or a path, not int"),
    (lambda: register_workflow_constructor(5, print), "name is a string, not int"),
    (lambda: TaskNamespace("a", "b", 5, "d"), "workflow is a string, not int"),
    (lambda: Context.from_json(5), "text is a string, not int"),
    (lambda: Context.from_json(b"{}"), "text is a string, not bytes"),
    (lambda: Context({1: 2}), "a key of a Context is a string, not 1 of type int"),
    (lambda: Context().set(None, 2), "a key of a Context is a string, not None of type NoneType"),
])
def test_what_is_made_takes_values_of_its_types(call, words):
    refused(TypeError, words, call)


def test_tenants_are_made_of_text():
    config = TenantConfig("s", "u")
    for changed, words in [(replace(config, schema_name=5), "schema_name is a string, not int"),
                           (replace(config, username=5), "username is a string, not int"),
                           (replace(config, password=5), "password is a string, not int")]:
        refused(TypeError, words, functools.partial(document_of, changed))
    refused(ValueError, "username is text that UTF-8 can spell, not '\\ud800'",
            lambda: document_of(replace(config, username=HALF)))


@pytest.mark.parametrize("make", [
    lambda url: DefaultRunner(url),
    lambda url: DefaultRunner.with_config(url, DefaultRunnerConfig()),
    lambda url: DefaultRunner.with_schema(url, "s"), lambda url: DatabaseAdmin(url),
])
@pytest.mark.parametrize("url", ["a.db\0", "sqlite://a\0b.db", "postgresql://u:secret@h/d\0x"])
def test_url_with_a_nul_is_refused_without_telling_its_password(make, url):
    with pytest.raises(ValueError) as refusal:
        make(url)
    assert str(refusal.value).endswith(
        f"database URL: text without NUL is accepted, not with one at byte {url.index(chr(0))}")


def test_path_is_the_database_of_that_name(tmp_path):
    DefaultRunner(tmp_path / "a.db").shutdown()
    DefaultRunner.with_config(tmp_path / "b.db", DefaultRunnerConfig()).shutdown()
    refused(ValueError, "a schema needs PostgreSQL",
            lambda: DefaultRunner.with_schema(pathlib.Path("a.db"), "s"))


@pytest.mark.parametrize("path", ["a?b.db", "a?mode=ro", os.fsdecode(b"a\xff.db")])
def test_path_that_no_url_can_say_is_refused(path):
    refused(ValueError, "url is ", lambda: DefaultRunner(pathlib.Path(path)))


@named([
    (lambda: decorated(5), "a task is a function, not int"),
    (lambda: decorated("function"), "a task is a function, not str"),
    (lambda: decorated(dependencies=5), "dependencies is a list of names or functions"),
    (lambda: WorkflowBuilder(5), "name is a string, not int"),
    (lambda: WorkflowBuilder("w", tenant=5), "tenant is a string, not int"),
    (lambda: WorkflowBuilder("w", package=5), "package is a string, not int"),
    (lambda: WorkflowBuilder("w", workflow=5), "workflow is a string, not int"),
    (lambda: WorkflowBuilder("w").description(5), "description is a string, not int"),
    (lambda: WorkflowBuilder("w").tag(5, "v"), "key is a string, not int"),
    (lambda: WorkflowBuilder("w").tag("k", 5), "value is a string, not int"),
    (lambda: trigger(on=decorated), "on is a string, not function"),
    (lambda: trigger(name=5), "name is a string, not int"),
    (lambda: trigger(on="w", cron=5), "cron is a string, not int"),
    (lambda: trigger(on="w", cron="@daily", timezone=5), "timezone is a string, not int"),
    (lambda: trigger(allow_concurrent="no"), "allow_concurrent is True or False, not str"),
    (lambda: trigger(name="t")(5), "a trigger is a function, not int"),
])
def test_definitions_are_made_of_values_of_their_types(call, words):
    refused(TypeError, words, call)


@named([
    (lambda: decorated(id=""), "id is not empty"),
    (lambda: decorated(id=HALF), "id is text that UTF-8 can spell, not '\\ud800'"),
    (lambda: decorated(dependencies=[HALF]), "dependencies is text that UTF-8 can spell, not"),
    (lambda: decorated(retry_jitter="no"), "retry_jitter is True or False, not 'no'"),
    (lambda: decorated(retry_jitter=0), "retry_jitter is True or False, not 0"),
    (lambda: decorated(retry_delay_ms="1s"), "retry_delay_ms is a number of milliseconds, not"),
    (lambda: decorated(retry_delay_ms=math.inf), "retry_delay_ms is 0 to 2592000000, not inf"),
    (lambda: decorated(retry_max_delay_ms=HUGE), "retry_max_delay_ms is 0 to 2592000000, not 100"),
    (lambda: decorated(retry_attempts=HUGE), "retry_attempts is 0 to 1000, not 1000000"),
    (lambda: decorated(retry_attempts=10**5000), "retry_attempts is 0 to 1000, not "),
    (lambda: decorated(retry_condition=[HALF]), "error_pattern() takes a list of strings"),
    (lambda: decorated(timeout="5"), "timeout is a number of seconds, more than 0 and at most"),
    (lambda: decorated(timeout=math.inf), "timeout is a number of seconds, more than 0 and"),
    (lambda: decorated(timeout=1e300), "at most 31536000, not 1e+300"),
    (lambda: WorkflowBuilder(""), "name is not empty"),
    (lambda: WorkflowBuilder("w", tenant=""), "tenant is not empty"),
    (lambda: WorkflowBuilder("w", package=""), "package is not empty"),
    (lambda: WorkflowBuilder("w", workflow=""), "workflow is not empty"),
    (lambda: WorkflowBuilder(HALF), "name is text that UTF-8 can spell, not '\\ud800'"),
    (lambda: WorkflowBuilder("w").description(HALF), "description is text that UTF-8 can spell"),
    (lambda: WorkflowBuilder("w").tag("k", HALF), "value is text that UTF-8 can spell, not"),
    (lambda: register_workflow_constructor("", print), "name is not empty"),
    (lambda: trigger(on=HALF), "on is text that UTF-8 can spell, not '\\ud800'"),
    (lambda: trigger(name=""), "name is not empty"),
    (lambda: task_success(decorated), "trigger rule: task_name is a string, not function"),
    (lambda: task_failed(HALF), "trigger rule: task_name is text that UTF-8 can spell, not"),
    (lambda: context_value(5, "Exists"), "trigger rule: key is a string, not int"),
    (lambda: decorated(trigger_rules={"type": "All", "conditions": 5}), "trigger rule: {'type'"),
])
def test_definitions_are_made_of_values_within_their_limits(call, words):
    refused(ValueError, words, call)


BUILDER = RetryPolicy.builder()


@named([
    (lambda: BUILDER.max_attempts(2.5), "max_attempts is a whole number, not float"),
    (lambda: BUILDER.max_attempts(False), "max_attempts is a whole number, not bool"),
    (lambda: BUILDER.initial_delay("1"), "initial_delay is a number, not str"),
    (lambda: BUILDER.max_delay(True), "max_delay is a number, not bool"),
    (lambda: BUILDER.with_jitter("no"), "with_jitter is True or False, not str"),
    (lambda: RetryPolicy(max_attempts="3"), "max_attempts is a whole number, not str"),
    (lambda: RetryPolicy(with_jitter=1), "with_jitter is True or False, not int"),
    (lambda: RetryPolicy(retry_condition="all"), "a RetryCondition is needed, not str"),
    (lambda: BackoffStrategy.linear("2"), "multiplier is a number, not str"),
    (lambda: BackoffStrategy.exponential(True), "base is a number, not bool"),
    (lambda: RetryPolicy.default().should_retry("1", "x"), "attempt is a whole number, not str"),
    (lambda: RetryPolicy.default().should_retry(1, 5), "error_type is a string, not int"),
    (lambda: RetryPolicy.default().calculate_delay(1.5), "attempt is a whole number, not float"),
])
def test_policies_are_made_of_values_of_their_types(call, words):
    refused(TypeError, words, call)


@named([
    (lambda: BUILDER.initial_delay(-0.1), "initial_delay is 0 to 2592000, not -0.1"),
    (lambda: BUILDER.max_delay(math.nan), "max_delay is a number, not nan"),
    (lambda: BUILDER.max_delay(10**400), "max_delay is 0 to 2592000, not inf"),
    (lambda: BackoffStrategy.linear(10**400), "multiplier is a positive number, not inf"),
    (lambda: RetryCondition.error_pattern(5), "error_pattern() takes a list of strings"),
])
def test_policies_are_made_of_values_within_their_limits(call, words):
    refused(ValueError, words, call)


def test_attempts_are_counted_as_far_as_one_likes():
    policy = RetryPolicy.default()
    assert policy.should_retry(HUGE, "x") is False and policy.should_retry(-HUGE, "x") is True
    assert policy.calculate_delay(HUGE) > 0


@pytest.mark.parametrize("seconds, milliseconds", [
    (0, 0), (0.0001, 1), (1e-9, 1), (0.0014, 1), (0.25, 250), (1, 1000), (2_592_000, 2_592_000_000),
])
def test_delay_is_at_least_a_millisecond_when_there_is_one(seconds, milliseconds):
    policy = BUILDER.initial_delay(seconds).max_delay(seconds).build()
    assert policy.document()["initial_delay_ms"] == milliseconds
    assert policy.document()["max_delay_ms"] == milliseconds


def test_setting_that_there_is_not_cannot_be_set():
    config = DefaultRunnerConfig()
    with pytest.raises(AttributeError, match="max_concurent_tasks"):
        config.max_concurent_tasks = 1
