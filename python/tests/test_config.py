# SPDX-License-Identifier: Apache-2.0
"""Settings of a runner."""

import inspect

import pytest

from sluice import DefaultRunnerConfig
from sluice._config import options_of

DEFAULTS = {
    "max_concurrent_tasks": 4, "scheduler_poll_interval_ms": 100,
    "executor_poll_interval_ms": 100, "task_timeout_seconds": 300,
    "workflow_timeout_seconds": 3600, "pipeline_timeout_seconds": 3600, "db_pool_size": 10,
    "enable_recovery": True, "enable_cron_scheduling": True, "cron_poll_interval_seconds": 30,
    "cron_max_catchup_executions": 100, "cron_enable_recovery": True,
    "cron_recovery_interval_seconds": 300, "cron_lost_threshold_minutes": 10,
    "cron_max_recovery_age_seconds": 86_400, "cron_max_recovery_attempts": 3,
}
NUMBERS = [name for name, value in DEFAULTS.items() if value not in (True, False)]
SWITCHES = [name for name, value in DEFAULTS.items() if value in (True, False)]


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults_are_those_of_the_contract(name):
    value = getattr(DefaultRunnerConfig(), name)
    assert value == DEFAULTS[name] and type(value) is type(DEFAULTS[name])


def test_to_dict_and_default_agree_and_read_back():
    assert DefaultRunnerConfig().to_dict() == DEFAULTS
    assert DefaultRunnerConfig.default() == DefaultRunnerConfig()
    assert DefaultRunnerConfig(**DEFAULTS) == DefaultRunnerConfig()


def test_parameters_are_by_name_and_complete():
    parameters = inspect.signature(DefaultRunnerConfig).parameters
    assert set(parameters) == set(DEFAULTS)
    assert {parameter.kind for parameter in parameters.values()} == {
        inspect.Parameter.KEYWORD_ONLY
    }


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_given_and_set(name):
    config = DefaultRunnerConfig(**{name: 7})
    assert getattr(config, name) == 7 and config.to_dict()[name] == 7
    setattr(config, name, 9)
    assert getattr(config, name) == 9
    assert f"{name}=9" in repr(config)


@pytest.mark.parametrize("name", SWITCHES)
def test_switches_are_given_and_set(name):
    config = DefaultRunnerConfig(**{name: False})
    assert getattr(config, name) is False
    setattr(config, name, True)
    assert getattr(config, name) is True


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value, error", [
    (-1, ValueError), (2**31, ValueError), ("4", TypeError), (1.5, TypeError), (True, TypeError),
])
def test_numbers_are_whole_and_within_limits(name, value, error):
    with pytest.raises(error, match="workflow_timeout|pipeline_timeout|" + name):
        DefaultRunnerConfig(**{name: value})


@pytest.mark.parametrize("name", DEFAULTS)
def test_none_is_the_default_when_given_and_refused_when_set(name):
    config = DefaultRunnerConfig(**{name: None})
    assert getattr(config, name) == DEFAULTS[name]
    with pytest.raises(TypeError):
        setattr(config, name, None)


@pytest.mark.parametrize("name", SWITCHES)
def test_switches_are_no_numbers(name):
    with pytest.raises(TypeError, match="True or False"):
        DefaultRunnerConfig(**{name: 1})


def test_timeout_of_a_run_has_two_names():
    assert DefaultRunnerConfig(pipeline_timeout_seconds=5).workflow_timeout_seconds == 5
    assert DefaultRunnerConfig(workflow_timeout_seconds=6).pipeline_timeout_seconds == 6
    DefaultRunnerConfig(workflow_timeout_seconds=7, pipeline_timeout_seconds=7)
    with pytest.raises(ValueError, match="one setting"):
        DefaultRunnerConfig(workflow_timeout_seconds=7, pipeline_timeout_seconds=8)


def test_unknown_settings_are_refused():
    with pytest.raises(TypeError, match="max_tasks"):
        DefaultRunnerConfig(max_tasks=1)


def test_configs_do_not_share_values():
    first, second = DefaultRunnerConfig(), DefaultRunnerConfig()
    first.max_concurrent_tasks = 16
    assert second.max_concurrent_tasks == 4


def test_engine_reads_milliseconds():
    options = options_of(DefaultRunnerConfig(task_timeout_seconds=2, cron_lost_threshold_minutes=3))
    assert options["task_timeout_ms"] == 2000 and options["run_timeout_ms"] == 3_600_000
    assert options["cron"]["lost_threshold_ms"] == 180_000
    assert options["cron"]["max_recovery_age_ms"] == 86_400_000
