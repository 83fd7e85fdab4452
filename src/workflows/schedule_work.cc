// SPDX-License-Identifier: Apache-2.0
#include "workflows/schedule_work.h"

#include "store/store.h"
#include "workflows/context_hash.h"

#include <utility>

namespace sluice {

namespace {

CronFiring::Options firing_options(const HostOptions& options)
{
    CronFiring::Options made;
    made.cron = options.cron;
    made.run_timeout = options.run_timeout;
    return made;
}

TriggerPolling::Options polling_options(const HostOptions& options)
{
    TriggerPolling::Options made;
    made.context_bytes_max = options.context_bytes_max;
    return made;
}

} // namespace

ScheduleWork::ScheduleWork(Needs needs, const HostOptions& options, Log log)
    : fires_cron_(options.cron.enabled),
      workflows_(needs.loop, needs.store, options.task_timeout),
      triggers_(needs.store, workflows_, std::move(needs.find), options.run_timeout),
      firing_(needs.loop, needs.store, workflows_, firing_options(options), log),
      polling_({needs.loop, needs.store, needs.threads, triggers_}, polling_options(options), log)
{}

bool ScheduleWork::is_wanted(const HostOptions& options)
{
    return options.mode != HostOptions::Mode::executor_only;
}

void ScheduleWork::start()
{
    if (fires_cron_)
        firing_.start();
    polling_.start();
}

Async<void> ScheduleWork::stop()
{
    co_await polling_.stop();
    co_await firing_.stop();
}

void ScheduleWork::changed(const Changes& changes)
{
    firing_.changed(changes);
    polling_.changed(changes);
}

Async<Result<Submitted>> ScheduleWork::fire(StoredSchedule trigger, std::string context)
{
    TriggerContext asked;
    asked.hash = context_hash(context);
    asked.text = std::move(context);
    co_return co_await triggers_.fire(
        std::move(trigger), std::move(asked), TriggerFiring::By::user
    );
}

} // namespace sluice
