// SPDX-License-Identifier: Apache-2.0
// expire: attempts and runs whose time ran out.
#include "store/use_cases/ending.h"
#include "store/use_cases/last_update.h"
#include "store/use_cases/overdue.h"
#include "store/use_cases/whole_run.h"

#include <algorithm>
#include <map>

namespace sluice {

namespace {

// Changes that are no reports move the time of the last one by microseconds only.
constexpr Micros silent_change = std::chrono::milliseconds(1);

// A report restarts the clock without touching the lease: the end of the lease moves here, when it
// has come. Leaves those in the list whose time has run out, and says how many it took away.
std::size_t extend_reporting(WriteContext& context, std::vector<LeaseRow>& overdue)
{
    std::vector<TaskId> ids;
    for (const LeaseRow& lease : overdue)
        if (lease.owner == LeaseOwner::target && context.runs.find(lease.place.run))
            ids.push_back(lease.place.task);
    if (ids.empty())
        return 0;
    sort_unique(ids);
    const std::map<TaskId, Time> ends = ends_after_reports(context, ids);
    std::vector<LeaseRow> extended;
    for (LeaseRow& lease : context.tables.leases({nullptr, ids})) {
        const auto end = ends.find(lease.place.task);
        if (end == ends.end() || end->second <= context.now || lease.paused_left ||
            (lease.expires_at && end->second - *lease.expires_at < silent_change))
            continue;
        lease.expires_at = end->second;
        context.changes.due(lease.expires_at);
        extended.push_back(std::move(lease));
    }
    if (extended.empty())
        return 0;
    context.tables.update_leases(extended);
    return std::erase_if(overdue, [&](const LeaseRow& lease) {
        return std::ranges::any_of(extended, [&](const LeaseRow& other) {
            return other.place.task == lease.place.task;
        });
    });
}

std::size_t expire_attempts(WriteContext& context, std::size_t limit)
{
    std::vector<LeaseRow> overdue = context.tables.expired_leases(context.now, limit);
    std::vector<RunId> runs;
    for (const LeaseRow& lease : overdue)
        runs.push_back(lease.place.run);
    context.lock_runs(std::move(runs));
    const std::size_t extended = extend_reporting(context, overdue);
    std::vector<FailedAttempt> failed;
    for (LeaseRow& lease : take_overdue(context, overdue)) {
        context.changes.lost_leases.push_back({lease.place.task, lease.place.attempt});
        failed.push_back({std::move(lease), FailureKind::timeout, std::string(timeout_error)});
    }
    const std::size_t done = extended + failed.size();
    if (!failed.empty())
        fail_attempts(context, std::move(failed));
    return done;
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

} // namespace

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

} // namespace sluice
