// SPDX-License-Identifier: Apache-2.0
// end worker: whoever watches a pod knows of its end, and why, before its heartbeats are missed.
#include "store/cluster_tables.h"
#include "store/use_cases/cluster_jobs.h"
#include "store/use_cases/ending.h"
#include "store/use_cases/last_update.h"
#include "store/use_cases/rescue.h"

#include <algorithm>

namespace sluice {

namespace {

std::vector<LeaseRow> take_leases(WriteContext& context, const EndWorker& request)
{
    if (context.runs.at(request.run).sweep)
        return {}; // it was ended as a whole: they are the sweep's
    std::vector<Tables::LeaseKey> keys;
    for (const LeaseRow& lease : context.tables.cluster().leases_of_name(request.run, request.name))
        keys.push_back({lease.place.task, lease.place.attempt, lease.worker});
    std::ranges::sort(keys, {}, &Tables::LeaseKey::task);
    return keys.empty() ? std::vector<LeaseRow>{} : context.tables.take_leases(keys);
}

void end_leaves(WriteContext& context, const std::vector<LeaseRow>& leases)
{
    std::vector<UploadLeave> leaves;
    for (const LeaseRow& lease : leases)
        leaves.push_back({lease.place.task, lease.place.run, lease.place.attempt, {}});
    context.tables.cluster().delete_leaves(leaves);
}

void return_leases(
    WriteContext& context, const std::vector<LeaseRow>& leases, const std::string& reason
)
{
    std::vector<AttemptRow> log;
    std::vector<Place> places;
    std::vector<Place> held;
    for (const LeaseRow& lease : leases) {
        const TaskState next = lease.paused_left ? TaskState::paused : TaskState::pending;
        Place& place = (lease.paused_left ? held : places).emplace_back(given_back(lease));
        context.moved(place.task, place.run, state_of(lease), next);
        if (keeps_attempt(context, lease))
            --place.attempt;
        else
            log.push_back(attempt_row(lease, AttemptEnd::returned, context.now, reason));
        doom_outputs(context, place.run, {place.task});
    }
    if (!log.empty())
        context.tables.insert_attempts(log);
    go_back(context, held);
    go_back(context, places);
    if (!held.empty())
        context.tables.insert_held(held);
    context.make_pending(std::move(places), TaskState::pending);
}

void fail_leases(WriteContext& context, std::vector<LeaseRow> leases, const std::string& reason)
{
    std::vector<FailedAttempt> failed;
    for (LeaseRow& lease : leases)
        failed.push_back({std::move(lease), FailureKind::reported, reason});
    if (!failed.empty())
        fail_attempts(context, std::move(failed));
}

std::size_t end_worker(WriteContext& context, const EndWorker& request)
{
    std::vector<LeaseRow> leases = take_leases(context, request);
    const std::size_t count = leases.size();
    if (request.uploads == EndWorker::Uploads::over)
        end_leaves(context, leases);
    for (const LeaseRow& lease : leases)
        context.changes.lost_leases.push_back({lease.place.task, lease.place.attempt});
    switch (request.as) {
    case EndWorker::As::returned:
        return_leases(context, leases, request.reason);
        break;
    case EndWorker::As::failed:
        fail_leases(context, std::move(leases), request.reason);
        break;
    case EndWorker::As::rescued:
        rescue_leases(context, leases, request.reason);
        break;
    }
    return count;
}

} // namespace

void run(WriteContext& context, Operations<EndWorker> operations)
{
    for (Operation<EndWorker>* operation : operations) {
        const EndWorker& request = operation->request;
        if (const auto error = not_led_by(context, request.run, request.leader))
            operation->fail(*error);
        else
            operation->answer(end_worker(context, request));
    }
}

} // namespace sluice
