// SPDX-License-Identifier: Apache-2.0
#include "sluice/triggers.h"

#include "sdk/workflows/host_access.h"
#include "sdk/workflows/inside.h"
#include "sdk/workflows/waiting.h"

#include <utility>

namespace sluice::workflows {

struct Triggers::Impl {
    std::shared_ptr<HostAccess> access;

    // What `work` asks of the engine's triggers, on the loop.
    template <class T>
    T ask(Host::OnTriggers<T> work) const
    {
        return answer_of(access->host().with_triggers<T>(std::move(work)));
    }
};

namespace {

using EngineTriggers = TriggerSchedules;

TriggerSchedule schedule_of(TriggerView view)
{
    TriggerSchedule schedule{.id = std::move(view.id), .trigger_name = std::move(view.name)};
    schedule.workflow_name = std::move(view.workflow);
    schedule.poll_interval = std::chrono::floor<std::chrono::milliseconds>(view.poll_interval);
    schedule.allow_concurrent = view.allow_concurrent;
    schedule.enabled = view.enabled;
    schedule.last_poll_at = view.last_poll_at;
    schedule.created_at = view.created_at;
    schedule.updated_at = view.updated_at;
    return schedule;
}

TriggerExecution execution_of(TriggerFireView view)
{
    TriggerExecution execution{
        .id = std::move(view.id), .schedule_id = std::move(view.schedule_id)};
    execution.context_hash = std::move(view.context_hash);
    execution.run_id = std::move(view.run_id);
    execution.error = std::move(view.error);
    execution.started_at = view.started_at;
    execution.completed_at = view.completed_at;
    execution.created_at = view.created_at;
    return execution;
}

} // namespace

TriggerResult::TriggerResult(std::optional<Context> context) : context_(std::move(context))
{}

TriggerResult TriggerResult::skip()
{
    return TriggerResult(std::nullopt);
}

TriggerResult TriggerResult::fire(Context context)
{
    return TriggerResult(std::move(context));
}

const Context& TriggerResult::context() const
{
    if (!context_)
        throw Error(Error::Kind::invalid, "what is skipped has no context");
    return *context_;
}

Triggers::Triggers(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl))
{}

std::vector<TriggerSchedule>
Triggers::list(std::optional<bool> enabled, std::size_t limit, std::size_t offset) const
{
    check_limit(limit);
    const EngineTriggers::Page page{.enabled = enabled, .limit = limit, .offset = offset};
    std::vector<TriggerView> views =
        impl_->ask<std::vector<TriggerView>>([page](EngineTriggers& triggers) {
            return triggers.list(page);
        });
    std::vector<TriggerSchedule> schedules;
    for (TriggerView& view : views)
        schedules.push_back(schedule_of(std::move(view)));
    return schedules;
}

std::optional<TriggerSchedule> Triggers::get(std::string_view name) const
{
    std::optional<TriggerView> view =
        impl_->ask<std::optional<TriggerView>>([name = std::string(name)](EngineTriggers& triggers
                                               ) { return triggers.get(name); });
    return view ? std::optional(schedule_of(*std::move(view))) : std::nullopt;
}

void Triggers::set_enabled(std::string_view name, bool enabled)
{
    impl_->ask<bool>([name = std::string(name), enabled](EngineTriggers& triggers) {
        return triggers.set_enabled(name, enabled);
    });
}

std::vector<TriggerExecution>
Triggers::history(std::string_view name, std::size_t limit, std::size_t offset) const
{
    check_limit(limit);
    std::vector<TriggerFireView> views =
        impl_->ask<std::vector<TriggerFireView>>([name = std::string(name), limit,
                                                  offset](EngineTriggers& triggers) {
            return triggers.history(name, limit, offset);
        });
    std::vector<TriggerExecution> executions;
    for (TriggerFireView& view : views)
        executions.push_back(execution_of(std::move(view)));
    return executions;
}

Handle Triggers::fire(std::string_view name, Context context)
{
    std::string text = impl_->access->text_of(context);
    return Inside::handle(
        answer_of(impl_->access->host().fire_trigger(std::string(name), std::move(text)))
    );
}

Triggers Inside::triggers(std::shared_ptr<HostAccess> access)
{
    return Triggers(std::make_shared<Triggers::Impl>(Triggers::Impl{std::move(access)}));
}

} // namespace sluice::workflows
