// SPDX-License-Identifier: Apache-2.0
// claim: pending tasks become leased. Claims of one group that ask for the same queues are one
// claim whose tasks are dealt out in the order of the operations.
#include "store/use_cases/context.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace sluice {

namespace {

constexpr std::size_t candidates_min = 64;

struct Taken {
    std::vector<Place> places;
    std::vector<TaskRow> tasks; // by id
};

Taken take_places(WriteContext& context, const QueueFilter& filter, std::size_t limit)
{
    Taken all;
    // A queue that was thought to have something may be empty: look at the next ones.
    while (all.places.size() < limit) {
        const std::size_t wanted = limit - all.places.size();
        const QueueBoard::Candidates queues =
            context.board.candidates(context.tables, filter, std::max(candidates_min, wanted));
        if (queues.marks.empty())
            break;
        Tables::ReadyHeads taken =
            context.tables.take_ready_heads(queues.marks, wanted, queues.bound);
        context.board.took(queues, taken, taken.places.size() < wanted);
        all.places.insert(all.places.end(), taken.places.begin(), taken.places.end());
        std::ranges::move(taken.tasks, std::back_inserter(all.tasks));
    }
    std::ranges::sort(all.tasks, {}, &TaskRow::id);
    return all;
}

LeaseRow
lease_of(const WriteContext& context, const Claim& request, const Place& place, const TaskRow& task)
{
    LeaseRow lease;
    lease.place = place;
    ++lease.place.attempt;
    lease.worker = request.worker;
    lease.claimed_at = context.now;
    if (request.as == Claim::As::running) {
        lease.started_at = context.now;
        if (task.timeout)
            lease.expires_at = context.now + *task.timeout;
    }
    return lease;
}

Leased leased_of(const LeaseRow& lease, TaskRow task, QueueBoard::Name queue)
{
    Leased leased;
    leased.task = task.id;
    leased.run = task.run;
    leased.attempt = lease.place.attempt;
    leased.tries = lease.place.tries;
    leased.priority = -lease.place.nprio;
    if (Result<Retry> retry = parse_retry(task.retry))
        leased.retry = *retry;
    leased.name = std::move(task.name);
    leased.payload = std::move(task.payload);
    leased.timeout = task.timeout;
    leased.claimed_at = lease.claimed_at;
    leased.queue = std::move(queue);
    return leased;
}

using Same = std::vector<Operation<Claim>*>;

void claim_together(WriteContext& context, const Same& operations)
{
    std::size_t limit = 0;
    for (const Operation<Claim>* operation : operations)
        limit += operation->request.limit;
    auto [places, tasks] = take_places(context, *operations.front()->request.queues, limit);
    if (std::any_of(tasks.begin(), tasks.end(), [](const TaskRow& row) { return row.timeout; }))
        catch_up(context, context.tables.clock_jumps());

    std::vector<LeaseRow> leases;
    leases.reserve(places.size());
    std::size_t next = 0;
    for (Operation<Claim>* operation : operations) {
        std::vector<Leased> reply;
        for (std::size_t i = 0; i < operation->request.limit && next < places.size(); ++i, ++next) {
            const Place& place = places[next];
            const auto task = std::lower_bound(
                tasks.begin(), tasks.end(), place.task,
                [](const TaskRow& row, TaskId id) { return row.id < id; }
            );
            leases.push_back(lease_of(context, operation->request, place, *task));
            context.changes.due(leases.back().expires_at);
            reply.push_back(leased_of(
                leases.back(), std::move(*task), context.board.name(context.tables, place.queue)
            ));
        }
        operation->answer(std::move(reply));
    }
    if (!leases.empty())
        context.tables.insert_leases(leases);
}

} // namespace

void run(WriteContext& context, Operations<Claim> operations)
{
    std::map<const QueueFilter*, Same> by_queues;
    for (Operation<Claim>* operation : operations)
        by_queues[operation->request.queues.get()].push_back(operation);
    for (const auto& [filter, same] : by_queues)
        claim_together(context, same);
}

} // namespace sluice
