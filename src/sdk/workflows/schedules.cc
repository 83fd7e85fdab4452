// SPDX-License-Identifier: Apache-2.0
#include "sluice/schedules.h"

#include "sdk/workflows/conversions.h"
#include "sdk/workflows/host_access.h"
#include "sdk/workflows/inside.h"
#include "sdk/workflows/waiting.h"

#include <utility>

namespace sluice::workflows {

struct CronSchedules::Impl {
    std::shared_ptr<HostAccess> access;

    // What `work` asks of the engine's schedules, on the loop.
    template <class T>
    T ask(Host::OnCron<T> work) const
    {
        return answer_of(access->host().with_cron<T>(std::move(work)));
    }
};

namespace {

using EngineSchedules = sluice::CronSchedules;

std::optional<sluice::Time> engine_time(const std::optional<Time>& time)
{
    return time ? std::optional(workflows::engine_time(*time)) : std::nullopt;
}

CronSchedule schedule_of(CronScheduleView view)
{
    CronSchedule schedule{.id = std::move(view.id), .workflow_name = std::move(view.workflow)};
    schedule.cron_expression = std::move(view.expression);
    schedule.timezone = std::move(view.timezone);
    schedule.enabled = view.enabled;
    schedule.catchup_policy = public_catchup(view.catchup);
    schedule.next_run_at = view.next_run_at;
    schedule.last_run_at = view.last_run_at;
    schedule.start = view.start;
    schedule.end = view.end;
    schedule.created_at = view.created_at;
    schedule.updated_at = view.updated_at;
    return schedule;
}

CronExecution execution_of(CronFireView view)
{
    return {
        .id = std::move(view.id),
        .schedule_id = std::move(view.schedule_id),
        .scheduled_time = view.scheduled_time,
        .claimed_at = view.claimed_at,
        .run_id = std::move(view.run_id),
        .error = std::move(view.error),
        .recovery_attempts = view.recovery_attempts,
        .created_at = view.created_at,
        .updated_at = view.updated_at,
    };
}

} // namespace

CronSchedules::CronSchedules(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl))
{}

std::string CronSchedules::add(const NewCronSchedule& schedule)
{
    EngineSchedules::New added{
        .workflow = schedule.workflow,
        .expression = schedule.expression,
        .timezone = schedule.timezone,
        .catchup = engine_catchup(schedule.catchup),
        .start = engine_time(schedule.start),
        .end = engine_time(schedule.end),
    };
    return impl_->ask<std::string>([added](EngineSchedules& cron) { return cron.add(added); });
}

CronSchedule CronSchedules::get(std::string_view id) const
{
    return schedule_of(impl_->ask<CronScheduleView>([id = std::string(id)](EngineSchedules& cron) {
        return cron.get(id);
    }));
}

std::vector<CronSchedule>
CronSchedules::list(std::optional<bool> enabled, std::size_t limit, std::size_t offset) const
{
    check_limit(limit);
    const EngineSchedules::Page page{.enabled = enabled, .limit = limit, .offset = offset};
    std::vector<CronScheduleView> views =
        impl_->ask<std::vector<CronScheduleView>>([page](EngineSchedules& cron) {
            return cron.list(page);
        });
    std::vector<CronSchedule> schedules;
    for (CronScheduleView& view : views)
        schedules.push_back(schedule_of(std::move(view)));
    return schedules;
}

CronSchedule CronSchedules::update(std::string_view id, const CronScheduleChange& change)
{
    EngineSchedules::Change changed{.expression = change.expression, .timezone = change.timezone};
    if (change.catchup)
        changed.catchup = engine_catchup(*change.catchup);
    changed.start = engine_time(change.start);
    changed.end = engine_time(change.end);
    return schedule_of(impl_->ask<CronScheduleView>(
        [id = std::string(id), changed](EngineSchedules& cron) { return cron.update(id, changed); }
    ));
}

void CronSchedules::set_enabled(std::string_view id, bool enabled)
{
    const EngineSchedules::Change change{.enabled = enabled};
    impl_->ask<CronScheduleView>([id = std::string(id), change](EngineSchedules& cron) {
        return cron.update(id, change);
    });
}

void CronSchedules::remove(std::string_view id)
{
    impl_->ask<bool>([id = std::string(id)](EngineSchedules& cron) { return cron.remove(id); });
}

std::vector<CronExecution>
CronSchedules::history(std::string_view id, std::size_t limit, std::size_t offset) const
{
    check_limit(limit);
    std::vector<CronFireView> views =
        impl_->ask<std::vector<CronFireView>>([id = std::string(id), limit,
                                               offset](EngineSchedules& cron) {
            return cron.history(id, limit, offset);
        });
    std::vector<CronExecution> executions;
    for (CronFireView& view : views)
        executions.push_back(execution_of(std::move(view)));
    return executions;
}

CronStats CronSchedules::stats(Time since) const
{
    const sluice::Time from = workflows::engine_time(since);
    const auto stats = impl_->ask<EngineSchedules::Stats>([from](EngineSchedules& cron) {
        return cron.stats(from);
    });
    return {
        .total_executions = stats.total,
        .successful_executions = stats.successful,
        .lost_executions = stats.lost,
        .success_rate = stats.success_rate,
    };
}

CronSchedules Inside::cron(std::shared_ptr<HostAccess> access)
{
    return CronSchedules(std::make_shared<CronSchedules::Impl>(CronSchedules::Impl{
        std::move(access)}));
}

} // namespace sluice::workflows
