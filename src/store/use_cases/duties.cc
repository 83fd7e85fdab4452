// SPDX-License-Identifier: Apache-2.0
// tick, expire, rescue: what time alone brings about.
#include "store/use_cases/ending.h"
#include "store/use_cases/whole_run.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

// A worker that holds nothing is forgotten some time after its end.
constexpr Micros worker_memory = std::chrono::minutes(5);

// Locks the runs of candidate leases and takes those that are still as they were read.
std::vector<LeaseRow>
take_candidates(WriteContext& context, const std::vector<LeaseRow>& candidates)
{
    std::vector<RunId> runs;
    for (const LeaseRow& lease : candidates)
        runs.push_back(lease.place.run);
    context.lock_runs(std::move(runs));

    std::vector<Tables::LeaseKey> keys;
    for (const LeaseRow& lease : candidates)
        if (const RunRow* run = context.runs.find(lease.place.run); run && !run->sweep)
            keys.push_back({lease.place.task, lease.place.attempt, lease.worker});
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) {
        return a.task < b.task;
    });
    return keys.empty() ? std::vector<LeaseRow>{} : context.tables.take_leases(keys);
}

// Another process has moved all leases by a jump of the clock that this one has not followed yet:
// nothing may be judged by the old time.
bool clock_is_behind(WriteContext& context)
{
    const Micros jumps = context.tables.lock_clock();
    return context.clock.jumps_seen && *context.clock.jumps_seen != jumps;
}

std::size_t expire_attempts(WriteContext& context, std::size_t limit)
{
    std::vector<LeaseRow> leases =
        take_candidates(context, context.tables.expired_leases(context.now, limit));
    std::vector<FailedAttempt> failed;
    for (LeaseRow& lease : leases) {
        context.changes.lost_leases.push_back(lease.place.task);
        failed.push_back({std::move(lease), FailureKind::timeout, "Timeout"});
    }
    if (!failed.empty())
        fail_attempts(context, std::move(failed));
    return leases.size();
}

std::size_t expire_runs(WriteContext& context, std::size_t limit)
{
    const std::vector<RunId> ids = context.tables.expired_runs(context.now, limit);
    context.lock_runs(ids);
    std::size_t ended = 0;
    for (const RunId id : ids) {
        RunRow* run = context.runs.find(id);
        const bool lives = run && run->state == RunState::active && run->ending == RunEnding::none;
        if (!lives)
            continue; // it was final, or a cancel of this group has ended it
        end_run(context, *run, RunEnding::timed_out, "the run's timeout ran out");
        ++ended;
    }
    return ended;
}

void rescue(
    WriteContext& context, LeaseRow lease, std::vector<AttemptRow>& log, std::vector<Place>& again,
    std::vector<Ended>& final
)
{
    std::string reason = fmt::format("the worker died during attempt {}", lease.place.attempt);
    doom_outputs(context, lease.place.run, {lease.place.task});
    if (!may_rescue(lease.place.rescues)) {
        final.push_back(ended(lease, TaskState::failed));
        final.back().error = fmt::format("ABANDONED: {}, for the {}rd time", reason, rescues_max);
        return;
    }
    log.push_back(attempt_row(lease, AttemptEnd::rescued, context.now, std::move(reason)));
    again.push_back(given_back(lease));
    ++again.back().rescues;
}

} // namespace

void run(WriteContext& context, Operations<Tick> operations)
{
    for (Operation<Tick>* operation : operations) {
        std::vector<Place> due =
            context.tables.take_due_timers(context.now, operation->request.limit);
        const std::size_t count = due.size();
        context.make_pending(std::move(due));
        operation->answer(count);
    }
}

void run(WriteContext& context, Operations<Expire> operations)
{
    for (Operation<Expire>* operation : operations) {
        const std::size_t limit = operation->request.limit;
        if (clock_is_behind(context)) {
            operation->answer(0);
            continue;
        }
        operation->answer(expire_attempts(context, limit) + expire_runs(context, limit));
    }
}

void run(WriteContext& context, Operations<Rescue> operations)
{
    for (Operation<Rescue>* operation : operations) {
        if (clock_is_behind(context)) {
            operation->answer(0);
            continue;
        }
        const std::vector<LeaseRow> leases = take_candidates(
            context,
            context.tables.abandoned_leases(context.now - rescue_margin, operation->request.limit)
        );
        std::vector<AttemptRow> log;
        std::vector<Place> again;
        std::vector<Place> held;
        std::vector<Ended> final;
        for (const LeaseRow& lease : leases)
            rescue(context, lease, log, lease.paused_left ? held : again, final);
        if (!log.empty())
            context.tables.insert_attempts(log);
        if (!held.empty())
            context.tables.insert_held(held);
        context.make_pending(std::move(again));
        end_tasks(context, std::move(final));
        context.tables.forget_workers(context.now - worker_memory);
        operation->answer(leases.size());
    }
}

} // namespace sluice
