// SPDX-License-Identifier: Apache-2.0
// tick, rescue: what time alone brings about; expire has a file of its own.
#include "store/cluster_tables.h"
#include "store/service_tables.h"
#include "store/use_cases/ending.h"
#include "store/use_cases/last_update.h"
#include "store/use_cases/overdue.h"
#include "store/use_cases/rescue.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

// A worker that holds nothing is forgotten some time after its end.
constexpr Micros worker_memory = std::chrono::minutes(5);

RescueRule rule_for(WriteContext& context, const LeaseRow& lease)
{
    const bool is_of_workflow = context.runs.at(lease.place.run).kind == RunKind::execution;
    return is_of_workflow ? RescueRule::fourth_ends : RescueRule::third_ends;
}

std::string behind(const std::string& cause)
{
    return cause.empty() ? cause : ": " + cause;
}

void rescue(
    WriteContext& context, const LeaseRow& lease, const std::string& cause,
    std::vector<AttemptRow>& log, std::vector<Place>& again, std::vector<Ended>& final
)
{
    const TaskState next = lease.paused_left ? TaskState::paused : TaskState::pending;
    if (keeps_attempt(context, lease)) {
        context.moved(lease.place.task, lease.place.run, state_of(lease), next);
        again.push_back(given_back(lease));
        --again.back().attempt;
        return;
    }
    const bool waited = lease.deferred_left.has_value(); // that counts as no rescue
    std::string reason = fmt::format(
        "the worker died during {} {}", waited ? "the wait of attempt" : "attempt",
        lease.place.attempt
    );
    doom_outputs(context, lease.place.run, {lease.place.task});
    const RescueRule rule = rule_for(context, lease);
    if (!waited && !may_rescue(lease.place.rescues, rule)) {
        final.push_back(ended(lease, TaskState::failed));
        final.back().error = fmt::format(
            "ABANDONED: {}, for the {} time{}", reason,
            rule == RescueRule::fourth_ends ? "4th" : "3rd", behind(cause)
        );
        return;
    }
    reason += behind(cause);
    log.push_back(attempt_row(lease, AttemptEnd::rescued, context.now, std::move(reason)));
    context.moved(lease.place.task, lease.place.run, state_of(lease), next);
    again.push_back(given_back(lease));
    again.back().rescues += waited ? 0 : 1;
}

} // namespace

void rescue_leases(
    WriteContext& context, const std::vector<LeaseRow>& leases, const std::string& cause
)
{
    std::vector<AttemptRow> log;
    std::vector<Place> again;
    std::vector<Place> held;
    std::vector<Ended> final;
    for (const LeaseRow& lease : leases)
        rescue(context, lease, cause, log, lease.paused_left ? held : again, final);
    if (!log.empty())
        context.tables.insert_attempts(log);
    go_back(context, held);
    go_back(context, again);
    if (!held.empty())
        context.tables.insert_held(held);
    context.make_pending(std::move(again), TaskState::pending);
    end_tasks(context, std::move(final));
}

void run(WriteContext& context, Operations<Tick> operations)
{
    for (Operation<Tick>* operation : operations) {
        std::vector<Place> due =
            context.tables.take_due_timers(context.now, operation->request.limit);
        const std::size_t count = due.size();
        context.make_pending(std::move(due), TaskState::pending);
        operation->answer(count);
    }
}

void run(WriteContext& context, Operations<Rescue> operations)
{
    for (Operation<Rescue>* operation : operations) {
        if (clock_is_behind(context)) {
            operation->answer(0);
            continue;
        }
        const std::vector<LeaseRow> leases = take_overdue(
            context,
            context.tables.abandoned_leases(context.now - rescue_margin, operation->request.limit)
        );
        rescue_leases(context, leases, "");
        context.changes.owed |=
            context.tables.service().rescue_owed(context.now - rescue_margin) > 0;
        context.changes.cluster_jobs |=
            context.tables.cluster().release_jobs(context.now - rescue_margin) > 0;
        context.tables.forget_workers(context.now - worker_memory);
        context.tables.cluster().forget_leaves(context.now - worker_memory);
        operation->answer(leases.size());
    }
}

} // namespace sluice
