// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/conversions.h"

#include "sdk/workflows/durations.h"
#include "sdk/workflows/errors.h"

#include <utility>

namespace sluice::workflows {

namespace {

// Enums that list the same names in the same order.
template <class To, class From>
constexpr To same(From value)
{
    return static_cast<To>(value);
}

static_assert(same<sluice::RunStatus>(RunStatus::pending) == sluice::RunStatus::pending);
static_assert(same<sluice::RunStatus>(RunStatus::running) == sluice::RunStatus::running);
static_assert(same<sluice::RunStatus>(RunStatus::paused) == sluice::RunStatus::paused);
static_assert(same<sluice::RunStatus>(RunStatus::completed) == sluice::RunStatus::completed);
static_assert(same<sluice::RunStatus>(RunStatus::failed) == sluice::RunStatus::failed);
static_assert(same<sluice::RunStatus>(RunStatus::cancelled) == sluice::RunStatus::cancelled);

static_assert(same<sluice::TaskStatus>(TaskStatus::not_started) == sluice::TaskStatus::not_started);
static_assert(same<sluice::TaskStatus>(TaskStatus::ready) == sluice::TaskStatus::ready);
static_assert(same<sluice::TaskStatus>(TaskStatus::running) == sluice::TaskStatus::running);
static_assert(same<sluice::TaskStatus>(TaskStatus::paused) == sluice::TaskStatus::paused);
static_assert(same<sluice::TaskStatus>(TaskStatus::completed) == sluice::TaskStatus::completed);
static_assert(same<sluice::TaskStatus>(TaskStatus::failed) == sluice::TaskStatus::failed);
static_assert(same<sluice::TaskStatus>(TaskStatus::cancelled) == sluice::TaskStatus::cancelled);
static_assert(same<sluice::TaskStatus>(TaskStatus::skipped) == sluice::TaskStatus::skipped);

static_assert(same<sluice::Catchup>(Catchup::none) == sluice::Catchup::none);
static_assert(same<sluice::Catchup>(Catchup::skip) == sluice::Catchup::skip);
static_assert(same<sluice::Catchup>(Catchup::run_all) == sluice::Catchup::run_all);

HostOptions::Mode engine_mode(Mode mode)
{
    switch (mode) {
    case Mode::both:
        break;
    case Mode::scheduler_only:
        return HostOptions::Mode::scheduler_only;
    case Mode::executor_only:
        return HostOptions::Mode::executor_only;
    }
    return HostOptions::Mode::both;
}

LogLevel public_level(sluice::LogLevel level)
{
    switch (level) {
    case sluice::LogLevel::trace:
    case sluice::LogLevel::debug:
        return LogLevel::debug;
    case sluice::LogLevel::info:
        return LogLevel::info;
    case sluice::LogLevel::warn:
        return LogLevel::warning;
    case sluice::LogLevel::error:
    case sluice::LogLevel::off:
        break;
    }
    return LogLevel::error;
}

CronSettings cron_settings(const CronOptions& options)
{
    return {
        .enabled = options.enabled,
        .catchup_ticks_max = options.max_catchup_executions,
        .retries_failed = options.enable_recovery,
        .retry_interval = micros_of(options.recovery_interval),
        .retry_age_max = micros_of(options.max_recovery_age),
        .retries_max = options.max_recovery_attempts,
    };
}

} // namespace

RunStatus public_status(sluice::RunStatus status)
{
    return same<RunStatus>(status);
}

TaskStatus public_status(sluice::TaskStatus status)
{
    return same<TaskStatus>(status);
}

sluice::RunStatus engine_status(RunStatus status)
{
    return same<sluice::RunStatus>(status);
}

sluice::TaskStatus engine_status(TaskStatus status)
{
    return same<sluice::TaskStatus>(status);
}

Catchup public_catchup(sluice::Catchup policy)
{
    return same<Catchup>(policy);
}

sluice::Catchup engine_catchup(Catchup policy)
{
    return same<sluice::Catchup>(policy);
}

std::string_view name(Catchup policy)
{
    return sluice::name(engine_catchup(policy));
}

HostOptions
host_options(const std::string& url, const std::string& schema, const RunnerOptions& options)
{
    HostOptions host{.url = url, .schema = schema, .name = options.name};
    host.slots = options.max_concurrent_tasks;
    host.task_timeout = micros_of(options.task_timeout);
    host.run_timeout = micros_of(options.run_timeout);
    host.heartbeat = micros_of(options.heartbeat);
    host.lease = micros_of(options.lease);
    host.mode = engine_mode(options.mode);
    host.cron = cron_settings(options.cron);
    host.context_bytes_max = options.context_bytes_max;
    host.body_threads_max = options.body_threads_max;
    host.deferred_max = options.deferred_max;
    if (options.abandon_unknown_after)
        host.abandon_unknown_after = micros_of(*options.abandon_unknown_after);
    if (options.log)
        host.log = [log = options.log](sluice::LogLevel level, std::string_view line) {
            log(public_level(level), line);
        };
    if (const std::optional<CallError> problem = problem_of(host))
        throw to_error(*problem);
    return host;
}

} // namespace sluice::workflows
