# SPDX-License-Identifier: Apache-2.0
"""Settings of a runner."""

from __future__ import annotations

from typing import Any

from sluice import _checks

_TEN_YEARS = 10 * 365 * 24 * 3600  # seconds


class _Number:
    """A whole number within limits."""

    def __init__(self, default: int, least: int = 0, most: int = 2**31 - 1) -> None:
        self.default: int = default
        self._least = least
        self._most = most

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, config: Any, owner: type | None = None) -> int:
        value: int = self.default if config is None else config._values[self._name]
        return value

    def __set__(self, config: Any, value: int) -> None:
        config._values[self._name] = _checks.whole(value, self._name, self._least, self._most)


class _Switch:
    """True or False."""

    def __init__(self, default: bool) -> None:
        self.default: bool = default

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, config: Any, owner: type | None = None) -> bool:
        value: bool = self.default if config is None else config._values[self._name]
        return value

    def __set__(self, config: Any, value: bool) -> None:
        config._values[self._name] = _checks.flag(value, self._name)


class DefaultRunnerConfig:
    """Settings of a DefaultRunner; each is also an attribute to read and to set.

    A runner takes them as they are when it is made. Nothing polls, so the poll intervals are
    accepted and unused. `pipeline_timeout_seconds` is another name of `workflow_timeout_seconds`.
    Without `enable_cron_scheduling` no schedule fires; triggers are asked all the same.
    """

    # A name that is not a setting cannot be set.
    __slots__ = ("_values",)

    max_concurrent_tasks = _Number(4, least=1, most=10_000)
    scheduler_poll_interval_ms = _Number(100)
    executor_poll_interval_ms = _Number(100)
    task_timeout_seconds = _Number(300, least=1, most=_TEN_YEARS)
    workflow_timeout_seconds = _Number(3600, least=1, most=_TEN_YEARS)
    db_pool_size = _Number(10, least=1)
    enable_recovery = _Switch(True)
    enable_cron_scheduling = _Switch(True)
    cron_poll_interval_seconds = _Number(30)
    cron_max_catchup_executions = _Number(100, most=10_000)
    cron_enable_recovery = _Switch(True)
    cron_recovery_interval_seconds = _Number(300, least=1, most=_TEN_YEARS)
    cron_lost_threshold_minutes = _Number(10, most=_TEN_YEARS // 60)
    cron_max_recovery_age_seconds = _Number(86_400, most=_TEN_YEARS)
    cron_max_recovery_attempts = _Number(3, most=1000)

    def __init__(
        self,
        *,
        max_concurrent_tasks: int | None = None,
        scheduler_poll_interval_ms: int | None = None,
        executor_poll_interval_ms: int | None = None,
        task_timeout_seconds: int | None = None,
        workflow_timeout_seconds: int | None = None,
        pipeline_timeout_seconds: int | None = None,
        db_pool_size: int | None = None,
        enable_recovery: bool | None = None,
        enable_cron_scheduling: bool | None = None,
        cron_poll_interval_seconds: int | None = None,
        cron_max_catchup_executions: int | None = None,
        cron_enable_recovery: bool | None = None,
        cron_recovery_interval_seconds: int | None = None,
        cron_lost_threshold_minutes: int | None = None,
        cron_max_recovery_age_seconds: int | None = None,
        cron_max_recovery_attempts: int | None = None,
    ) -> None:
        said = {name: value for name, value in locals().items() if name != "self"}
        timeouts = (workflow_timeout_seconds, pipeline_timeout_seconds)
        if None not in timeouts and timeouts[0] != timeouts[1]:
            raise ValueError(
                "workflow_timeout_seconds and pipeline_timeout_seconds are one setting"
            )
        self._values: dict[str, Any] = {name: field.default for name, field in FIELDS.items()}
        for name, value in said.items():
            if value is not None:
                setattr(self, name, value)

    @property
    def pipeline_timeout_seconds(self) -> int:
        return self.workflow_timeout_seconds

    @pipeline_timeout_seconds.setter
    def pipeline_timeout_seconds(self, value: int) -> None:
        self.workflow_timeout_seconds = value

    @staticmethod
    def default() -> DefaultRunnerConfig:
        return DefaultRunnerConfig()

    def to_dict(self) -> dict[str, Any]:
        """All settings, under both names of the timeout; `DefaultRunnerConfig(**d)` reads it."""
        return {**self._values, "pipeline_timeout_seconds": self.pipeline_timeout_seconds}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DefaultRunnerConfig) and self._values == other._values

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        members = ", ".join(f"{name}={value}" for name, value in self.to_dict().items())
        return f"DefaultRunnerConfig({members})"


FIELDS = {
    name: field for name, field in vars(DefaultRunnerConfig).items()
    if isinstance(field, (_Number, _Switch))
}


def options_of(config: DefaultRunnerConfig) -> dict[str, Any]:
    """What the engine reads: durations in milliseconds."""
    return {
        "max_concurrent_tasks": config.max_concurrent_tasks,
        "task_timeout_ms": config.task_timeout_seconds * 1000,
        "run_timeout_ms": config.workflow_timeout_seconds * 1000,
        "db_pool_size": config.db_pool_size,
        "enable_recovery": config.enable_recovery,
        "mode": "both",
        "cron": {
            "enabled": config.enable_cron_scheduling,
            "max_catchup_executions": config.cron_max_catchup_executions,
            "enable_recovery": config.cron_enable_recovery,
            "recovery_interval_ms": config.cron_recovery_interval_seconds * 1000,
            "lost_threshold_ms": config.cron_lost_threshold_minutes * 60_000,
            "max_recovery_age_ms": config.cron_max_recovery_age_seconds * 1000,
            "max_recovery_attempts": config.cron_max_recovery_attempts,
        },
    }
