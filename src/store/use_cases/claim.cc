// SPDX-License-Identifier: Apache-2.0
// claim: pending tasks become leased. Claims of one group that ask for the same queues are one
// claim whose tasks are dealt out in the order of the operations.
#include "base/assert.h"
#include "store/use_cases/gated_claim.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace sluice {

namespace {

constexpr std::size_t candidates_min = 64;

struct Taken {
    std::vector<Place> places;
    std::vector<TaskRow> tasks;  // by id
    std::vector<ParentEnd> ends; // likewise
};

void add(Taken& all, Tables::ReadyHeads more)
{
    std::ranges::move(more.places, std::back_inserter(all.places));
    std::ranges::move(more.tasks, std::back_inserter(all.tasks));
    std::ranges::move(more.ends, std::back_inserter(all.ends));
}

// What this very group has made ready, unless others may wait longer.
void take_offered(WriteContext& context, const QueueFilter& filter, std::size_t limit, Taken& all)
{
    if (context.offered.empty())
        return;
    if (context.board.has_ready(context.tables, filter)) {
        context.write_offered();
        return;
    }
    const auto others = std::ranges::partition(context.offered, [&](const Place& place) {
        const QueueBoard::Name name = context.board.open_name(context.tables, place.queue);
        return name && filter.matches(*name);
    });
    std::vector<Place> chosen(context.offered.begin(), others.begin());
    context.offered.erase(context.offered.begin(), others.begin());
    std::ranges::sort(chosen, {}, [](const Place& place) {
        return std::tie(place.nprio, place.task);
    });
    if (chosen.size() > limit) {
        const auto left = chosen.begin() + static_cast<std::ptrdiff_t>(limit);
        std::move(left, chosen.end(), std::back_inserter(context.offered));
        chosen.erase(left, chosen.end());
    }
    if (!chosen.empty())
        add(all, context.tables.claimed(std::move(chosen)));
}

Taken take_places(WriteContext& context, const QueueFilter& filter, std::size_t limit)
{
    Taken all;
    take_offered(context, filter, limit, all);
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
        add(all, std::move(taken));
    }
    std::ranges::sort(all.tasks, {}, &TaskRow::id);
    std::ranges::sort(all.ends, {}, &ParentEnd::task);
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

std::vector<ParentEnd>
ends_of(const std::vector<TaskId>& parents, const std::vector<ParentEnd>& all)
{
    std::vector<ParentEnd> ends;
    ends.reserve(parents.size());
    for (const TaskId parent : parents) {
        const auto end = std::ranges::lower_bound(all, parent, {}, &ParentEnd::task);
        if (end != all.end() && end->task == parent)
            ends.push_back(*end);
    }
    return ends;
}

// As the claim has asked; a parent that lives again meanwhile is left out.
ParentEnds told(const Claim& request, const TaskRow& task, const std::vector<ParentEnd>& ends)
{
    if (request.parents == Claim::Parents::untold || task.parents.empty())
        return {};
    const Result<TaskParents> parents = parse_parents(task.parents);
    SLUICE_ASSERT(parents.has_value());
    return {ends_of(parents->dependencies, ends), ends_of(parents->named, ends)};
}

// Most tasks of a group have the same policy.
class Policies {
public:
    const Retry& of(const std::string& text)
    {
        if (text_ != text) {
            const Result<Retry> retry = parse_retry(text);
            retry_ = retry ? *retry : Retry{};
            text_ = text;
        }
        return retry_;
    }

private:
    std::optional<std::string> text_;
    Retry retry_;
};

Leased leased_of(const LeaseRow& lease, TaskRow task, QueueBoard::Name queue, Policies& policies)
{
    Leased leased;
    leased.task = task.id;
    leased.run = task.run;
    leased.attempt = lease.place.attempt;
    leased.tries = lease.place.tries;
    leased.priority = -lease.place.nprio;
    leased.retry = policies.of(task.retry);
    leased.name = std::move(task.name);
    leased.payload = std::move(task.payload);
    leased.timeout = task.timeout;
    leased.claimed_at = lease.claimed_at;
    leased.queue = std::move(queue);
    return leased;
}

using Same = std::vector<Operation<Claim>*>;

// Room for tasks with rules: as many of the worst go back as there are lines with better ones.
void make_room(WriteContext& context, const QueueFilter& filter, std::size_t limit, Taken& taken)
{
    context.lines.refresh(context.tables.rules());
    if (context.lines.empty() || taken.places.size() < limit)
        return;
    const auto order = [](const auto& row) { return std::tie(row.nprio, row.task); };
    std::ranges::sort(taken.places, {}, order);
    std::vector<Place> back;
    for (const GatedRow& head : context.lines.open_lines()) {
        if (taken.places.empty() || order(head) > order(taken.places.back()))
            break;
        const QueueBoard::Name name = context.board.open_name(context.tables, head.line.queue);
        if (!name || !filter.matches(*name))
            continue;
        back.push_back(taken.places.back());
        taken.places.pop_back();
    }
    context.make_pending(std::move(back), TaskState::pending);
}

// Hands out what was taken, in the order of the operations.
class Deal {
public:
    Deal(WriteContext& context, const Same& operations)
        : context_(context), operations_(operations), replies_(operations.size())
    {
        for (const Operation<Claim>* operation : operations)
            left_ += operation->request.limit;
    }

    std::size_t left() const { return left_; }

    void out(Taken taken)
    {
        const bool is_timed =
            std::ranges::any_of(taken.tasks, [](const TaskRow& row) { return !!row.timeout; });
        if (is_timed)
            catch_up(context_, context_.tables.clock_jumps());
        std::vector<LeaseRow> leases;
        leases.reserve(taken.places.size());
        for (const Place& place : taken.places) {
            while (replies_[next_].size() == operations_[next_]->request.limit)
                ++next_;
            const auto task = std::ranges::lower_bound(taken.tasks, place.task, {}, &TaskRow::id);
            const Claim& request = operations_[next_]->request;
            leases.push_back(lease_of(context_, request, place, *task));
            context_.changes.due(leases.back().expires_at);
            note_move(leases.back(), *task);
            ParentEnds parents = told(request, *task, taken.ends);
            replies_[next_].push_back(leased_of(
                leases.back(), std::move(*task), context_.board.name(context_.tables, place.queue),
                policies_
            ));
            replies_[next_].back().parents = std::move(parents);
        }
        left_ -= leases.size();
        if (!leases.empty())
            context_.tables.insert_leases(leases);
    }

    void answer()
    {
        for (std::size_t i = 0; i < operations_.size(); ++i)
            operations_[i]->answer(std::move(replies_[i]));
    }

private:
    void note_move(const LeaseRow& lease, const TaskRow& task)
    {
        const TaskState to = lease.started_at ? TaskState::running : TaskState::claimed;
        if (task.kind.empty())
            context_.touch(task.id);
        else
            context_.moved(task.id, task.run, TaskState::pending, to);
    }

    WriteContext& context_;
    const Same& operations_;
    std::vector<std::vector<Leased>> replies_;
    Policies policies_;
    std::size_t left_ = 0;
    std::size_t next_ = 0; // who gets the next one
};

void claim_together(WriteContext& context, const Same& operations)
{
    const QueueFilter& filter = *operations.front()->request.queues;
    Deal deal(context, operations);
    Taken taken = take_places(context, filter, deal.left());
    make_room(context, filter, deal.left(), taken);
    deal.out(std::move(taken));
    Taken gated;
    gated.places = take_gated(context, filter, deal.left());
    if (!gated.places.empty()) {
        std::vector<TaskId> ids;
        for (const Place& place : gated.places)
            ids.push_back(place.task);
        sort_unique(ids);
        gated.tasks = context.tables.tasks(ids);
        std::ranges::sort(gated.tasks, {}, &TaskRow::id);
        deal.out(std::move(gated));
    }
    deal.answer();
}

} // namespace

void run(WriteContext& context, Operations<Claim> operations)
{
    std::map<const QueueFilter*, Same> by_queues;
    for (Operation<Claim>* operation : operations)
        by_queues[operation->request.queues.get()].push_back(operation);
    for (const auto& [filter, same] : by_queues)
        claim_together(context, same);
    // What this very group has made ready and taken is no news to anybody.
    context.board.drop_emptied(context.changes.ready_queues);
}

} // namespace sluice
