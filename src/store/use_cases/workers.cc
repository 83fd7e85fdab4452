// SPDX-License-Identifier: Apache-2.0
// Workers: registration, heartbeats, the end; the clock that their leases hang on; API keys.
#include "base/process_id.h"
#include "store/cluster_tables.h"
#include "store/use_cases/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace sluice {

namespace {

// Smaller differences are the drift of clocks and are not followed.
constexpr Micros jump_min = std::chrono::seconds(1);

std::map<WorkerId, WorkerRow> known_workers(WriteContext& context)
{
    std::map<WorkerId, WorkerRow> known;
    for (WorkerRow& row : context.tables.workers())
        known.emplace(row.id, std::move(row));
    return known;
}

template <class Request>
void record(WriteContext& context, const Request& request, std::string_view kind)
{
    EventRow event;
    event.at = context.now;
    event.kind = kind;
    event.actor = request.actor;
    event.object = "key";
    event.object_id = request.name;
    context.tables.insert_events({&event, 1});
}

} // namespace

void run(WriteContext& context, Operations<RegisterWorker> operations)
{
    catch_up(context, context.tables.lock_clock());
    for (Operation<RegisterWorker>* operation : operations) {
        const RegisterWorker& request = operation->request;
        WorkerRow row;
        row.id = WorkerId{context.tables.next_ids(Tables::Sequence::worker, 1).front()};
        row.name = request.name;
        row.host = request.host;
        row.attached = request.kind == RegisterWorker::Kind::attached;
        row.process = row.attached ? process_id() : "";
        row.registered_at = context.now;
        row.until = context.now + request.lease;
        row.address = request.address;
        context.tables.insert_worker(row);
        if (row.attached)
            context.neighbours.join(row.id); // before anybody sees it, and takes it for dead
        operation->answer(row.id);
    }
}

void run(WriteContext& context, Operations<Heartbeat> operations)
{
    catch_up(context, context.tables.lock_clock());
    std::vector<Tables::Extension> extensions;
    for (Operation<Heartbeat>* operation : operations) {
        const Heartbeat& beat = operation->request;
        extensions.push_back({beat.worker, context.now + beat.lease});
    }
    std::sort(extensions.begin(), extensions.end(), [](const auto& a, const auto& b) {
        return a.worker < b.worker;
    });
    std::vector<WorkerId> known = context.tables.set_workers_until(extensions);
    sort_unique(known);

    std::vector<Tables::LeaseKey> asked;
    for (Operation<Heartbeat>* operation : operations) {
        const Heartbeat& beat = operation->request;
        if (!std::ranges::binary_search(known, beat.worker)) {
            operation->fail({Errc::not_found, "the worker is not registered any more"});
            continue;
        }
        for (const HeldLease& held : beat.held)
            asked.push_back({held.task, held.attempt, beat.worker});
    }
    std::map<std::pair<TaskId, int>, WorkerId> held;
    if (!asked.empty())
        for (const Tables::LeaseKey& key : context.tables.leases_held(asked))
            held[{key.task, key.attempt}] = key.worker;
    for (Operation<Heartbeat>* operation : operations) {
        if (operation->answered)
            continue;
        std::vector<HeldLease> lost;
        for (const HeldLease& lease : operation->request.held) {
            const auto found = held.find({lease.task, lease.attempt});
            if (found == held.end() || found->second != operation->request.worker)
                lost.push_back(lease);
        }
        operation->answer(std::move(lost));
    }
}

void run(WriteContext& context, Operations<DescribeWorker> operations)
{
    catch_up(context, context.tables.lock_clock()); // before rows of workers, as all of these do
    std::map<WorkerId, Tables::Description> newest;
    for (Operation<DescribeWorker>* operation : operations) {
        const DescribeWorker& request = operation->request;
        newest[request.worker] = {request.worker, request.serves, request.load};
    }
    std::vector<Tables::Description> descriptions;
    for (auto& [worker, description] : newest)
        descriptions.push_back(std::move(description));
    std::vector<WorkerId> known = context.tables.describe_workers(descriptions);
    sort_unique(known);
    for (Operation<DescribeWorker>* operation : operations) {
        if (std::ranges::binary_search(known, operation->request.worker))
            operation->answer(true);
        else
            operation->fail({Errc::not_found, "the worker is not registered any more"});
    }
}

void run(WriteContext& context, Operations<ReleaseWorker> operations)
{
    catch_up(context, context.tables.lock_clock());
    const std::map<WorkerId, WorkerRow> known = known_workers(context);
    for (Operation<ReleaseWorker>* operation : operations) {
        const WorkerId worker = operation->request.worker;
        const auto row = known.find(worker);
        if (row != known.end()) {
            const Micros grace = operation->request.grace;
            const bool has_gone = grace == Micros{0} || has_ended(row->second.process);
            const Time until = context.now + (has_gone ? -2 * rescue_margin : grace);
            const Tables::Extension end{worker, std::min(until, row->second.until)};
            context.tables.set_workers_until({&end, 1});
            if (has_gone && row->second.attached)
                context.tables.cluster().end_leaves_of(worker); // with the process
            context.changes.due(end.until);
        }
        operation->answer(true);
    }
}

void run(WriteContext& context, Operations<CheckClock> operations)
{
    for (Operation<CheckClock>* operation : operations) {
        Micros jumps = context.tables.lock_clock();
        const Micros known = jumps - context.clock.jumps_seen.value_or(jumps);
        const Micros jump = operation->request.offset - context.clock.offset - known;
        const bool first = !context.clock.jumps_seen;
        const bool moved = !first && std::chrono::abs(jump) > jump_min;
        if (moved) {
            context.tables.shift_leases(jump);
            context.runs.shift(jump);
            jumps += jump;
            context.tables.update_clock(jumps);
        }
        // What follows in the group is of the new time.
        context.now += operation->request.offset - context.clock.offset;
        context.clock.offset = operation->request.offset;
        context.clock.jumps_seen = jumps;
        operation->answer(moved);
    }
}

void run(WriteContext& context, Operations<CreateKey> operations)
{
    for (Operation<CreateKey>* operation : operations) {
        const CreateKey& request = operation->request;
        KeyRow row;
        row.id = KeyId{context.tables.next_ids(Tables::Sequence::key, 1).front()};
        row.name = request.name;
        row.hash = request.hash;
        row.role = request.role;
        row.created_at = context.now;
        context.tables.insert_key(row);
        record(context, request, "create");
        operation->answer(row);
    }
}

void run(WriteContext& context, Operations<RevokeKey> operations)
{
    for (Operation<RevokeKey>* operation : operations) {
        const RevokeKey& request = operation->request;
        if (!context.tables.revoke_key(request.name, context.now)) {
            operation->fail({Errc::not_found, fmt::format("no key named '{}'", request.name)});
            continue;
        }
        record(context, request, "revoke");
        operation->answer(true);
    }
}

} // namespace sluice
