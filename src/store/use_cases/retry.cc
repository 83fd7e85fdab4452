// SPDX-License-Identifier: Apache-2.0
// retry: final tasks that did not succeed live again, and so do those of their descendants that
// were failed or skipped without having started, because of them, and the parents of those that
// were canceled as dead ends.
#include "store/use_cases/retry.h"
#include "store/outside_tables.h"
#include "store/service_tables.h"
#include "store/use_cases/user_actions.h"

#include "store/use_cases/cluster_jobs.h"
#include "store/use_cases/dead_ends.h"
#include "store/use_cases/follow_rules.h"
#include "store/use_cases/last_update.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace sluice {

namespace {

// The tasks that live again, by id.
using Restored = std::map<TaskId, DoneRow>;

bool ended_without_start(const DoneRow& row)
{
    return !row.claimed_at &&
           (row.outcome == TaskState::failed || row.outcome == TaskState::skipped);
}

bool was_dead_end(const DoneRow& row)
{
    return !row.claimed_at && row.outcome == TaskState::canceled && row.error == dead_end_reason;
}

Restored asked_for(WriteContext& context, const RunRow& run, const std::vector<TaskId>& ids)
{
    Restored restored;
    for (DoneRow& row : context.tables.done(ids))
        if (row.outcome != TaskState::succeeded && row.run == run.id)
            restored.emplace(row.task, std::move(row));
    return restored;
}

// What hangs on those that were asked for: down to their descendants, and from these up to parents
// that ended only because of them.
Restored with_dependents(WriteContext& context, const RunRow& run, const Restored& asked)
{
    Restored restored = asked;
    std::vector<TaskId> level;
    for (const auto& [id, row] : asked)
        level.push_back(id);
    while (run.linked && !level.empty()) {
        std::vector<TaskId> around;
        for (const LinkRow& link : context.tables.links_from(level))
            around.push_back(link.child);
        const std::set<TaskId> children(around.begin(), around.end());
        std::erase_if(level, [&](TaskId id) { return asked.contains(id); });
        if (!level.empty())
            for (const LinkRow& link : context.tables.links_to(run, level))
                around.push_back(link.parent);
        sort_unique(around);
        std::erase_if(around, [&](TaskId id) { return restored.contains(id); });
        level.clear();
        for (DoneRow& row : context.tables.done(around))
            if (was_dead_end(row) || (children.contains(row.task) && ended_without_start(row))) {
                level.push_back(row.task);
                restored.emplace(row.task, std::move(row));
            }
        std::sort(level.begin(), level.end());
    }
    return restored;
}

using Cards = std::map<TaskId, CardRow>; // of the service

Cards cards_of(WriteContext& context, const RunRow& run, const Restored& restored)
{
    Cards cards;
    if (run.kind != RunKind::batch || restored.empty())
        return cards;
    std::vector<TaskId> ids;
    for (const auto& [id, row] : restored)
        ids.push_back(id);
    for (CardRow& card : context.tables.service().cards(ids))
        cards.emplace(card.task, std::move(card));
    return cards;
}

// Nobody would see a task run that users have deleted.
void drop_deleted(const Cards& cards, Restored& restored)
{
    for (const auto& [id, card] : cards)
        if (card.deleted_at)
            restored.erase(id);
}

// The links to the tasks that may live again, and how their final parents have ended.
struct ParentOutcomes {
    std::vector<LinkRow> links;
    std::map<TaskId, TaskState> outcomes;
};

ParentOutcomes parents_of(WriteContext& context, const RunRow& run, const Restored& restored)
{
    ParentOutcomes found;
    if (!run.linked || restored.empty())
        return found;
    std::vector<TaskId> children;
    for (const auto& [id, row] : restored)
        children.push_back(id);
    found.links = context.tables.links_to(run, children);
    std::vector<TaskId> parents;
    for (const LinkRow& link : found.links)
        parents.push_back(link.parent);
    sort_unique(parents);
    for (const DoneRow& row : context.tables.done(parents))
        found.outcomes[row.task] = row.outcome;
    return found;
}

// Dead ends that nobody waits for again stay as they are.
bool drop_dead_ends(const ParentOutcomes& parents, const Restored& asked, Restored& restored)
{
    std::set<TaskId> awaited;
    for (const LinkRow& link : parents.links)
        if (restored.contains(link.child))
            awaited.insert(link.parent);
    return std::erase_if(restored, [&](const auto& entry) {
               const auto& [id, row] = entry;
               return was_dead_end(row) && !awaited.contains(id) && !asked.contains(id);
           }) > 0;
}

// A task lives again only if no parent that stays as it is forbids it to start.
void drop_what_cannot_start(
    const ParentOutcomes& parents, const Restored& asked, Restored& restored
)
{
    const auto forbids = [&](const LinkRow& link) {
        const auto outcome = parents.outcomes.find(link.parent);
        return restored.contains(link.child) && !restored.contains(link.parent) &&
               outcome != parents.outcomes.end() && !is_met(link.condition, outcome->second);
    };
    for (bool dropped = true; dropped;) {
        dropped = false;
        for (const LinkRow& link : parents.links)
            if (forbids(link))
                dropped = restored.erase(link.child) > 0;
        dropped = drop_dead_ends(parents, asked, restored) || dropped;
    }
}

// Children that have not started wait again for a parent that lives again.
void wait_again(WriteContext& context, const RunRow& run, const Restored& restored)
{
    if (!run.linked)
        return;
    std::vector<TaskId> parents;
    for (const auto& [id, row] : restored)
        parents.push_back(id);
    std::map<TaskId, int> waits;
    for (const LinkRow& link : context.tables.links_from(parents))
        if (!restored.contains(link.child))
            --waits[link.child];
    std::vector<Tables::NeedChange> changes;
    for (const auto& [child, finished] : waits)
        changes.push_back({child, finished});
    if (!changes.empty())
        context.tables.subtract_needs(changes);
}

// How many parents each restored task waits for: those that are live, or live again.
std::map<TaskId, int> unfinished_parents(const ParentOutcomes& parents, const Restored& restored)
{
    std::map<TaskId, int> unfinished;
    for (const LinkRow& link : parents.links) {
        const bool is_final =
            parents.outcomes.contains(link.parent) && !restored.contains(link.parent);
        if (restored.contains(link.child) && !is_final)
            ++unfinished[link.child];
    }
    return unfinished;
}

// A task that failed without a start has sent webhooks with the keys of the attempt that would have
// come: that one is over, or the next one's would be the same.
int attempt_so_far(const RunRow& run, const DoneRow& done)
{
    const bool has_told = run.kind == RunKind::batch && done.outcome == TaskState::failed;
    return has_told && !done.claimed_at ? done.attempt + 1 : done.attempt;
}

// The time that the task was given, if it lies ahead still.
std::optional<Time> not_before(const Cards& cards, TaskId task, Time now)
{
    const auto card = cards.find(task);
    const bool is_later =
        card != cards.end() && card->second.scheduled_at && *card->second.scheduled_at > now;
    return is_later ? card->second.scheduled_at : std::nullopt;
}

// What is written of tasks that live again.
struct Revived {
    std::vector<Place> pending;
    std::vector<NeedRow> waiting;
    std::vector<AttemptRow> log;
    std::vector<TaskId> ruled;
};

Revived places_of(
    WriteContext& context, const RunRow& run, const Restored& restored,
    const std::vector<TaskId>& ids, const std::map<TaskId, int>& unfinished, const Cards& cards
)
{
    Revived revived;
    for (const TaskRow& task : context.tables.tasks(ids)) {
        if (context.board.is_ruled(context.tables, task.queue))
            revived.ruled.push_back(task.id);
        const DoneRow& done = restored.at(task.id);
        const int attempt = attempt_so_far(run, done);
        if (std::optional<AttemptRow> over = last_attempt(done, attempt))
            revived.log.push_back(*std::move(over));
        const std::optional<Time> run_at = not_before(cards, task.id, context.now);
        const auto parents = unfinished.find(task.id);
        if (parents != unfinished.end())
            revived.waiting.push_back(
                {task.id, run.id, task.queue, task.nprio, parents->second, attempt, run_at, false}
            );
        else
            revived.pending.push_back(
                {task.id, run.id, task.queue, task.nprio, attempt, 0, 0, run_at}
            );
    }
    return revived;
}

void revive(
    WriteContext& context, RunRow& run, const Restored& restored, const ParentOutcomes& all_parents,
    const Cards& cards
)
{
    std::map<TaskId, int> unfinished = unfinished_parents(all_parents, restored);
    wait_again(context, run, restored);
    std::vector<TaskId> ids;
    for (const auto& [id, row] : restored)
        ids.push_back(id);
    for (const TaskId child : context.tables.outside().children_outside(ids))
        ++unfinished[child];
    forget_ends(context, run, ids);

    Revived revived = places_of(context, run, restored, ids, unfinished, cards);
    if (run.kind == RunKind::batch)
        context.tables.service().begin_anew(ids, context.now);
    if (!revived.log.empty())
        context.tables.insert_attempts(revived.log);
    if (!revived.waiting.empty())
        context.tables.insert_needs(revived.waiting);
    for (const auto& [id, row] : restored) {
        uncount(run.counts, row.outcome);
        const bool waits = unfinished.contains(id);
        context.moved(id, run.id, row.outcome, waits ? TaskState::waiting : TaskState::pending);
    }
    context.make_pending(std::move(revived.pending), TaskState::pending);
    renew_gates(context, revived.ruled);
}

} // namespace

std::optional<AttemptRow> last_attempt(const DoneRow& done, int attempt)
{
    const bool ran = done.attempt > 0 && done.claimed_at;
    if (!ran && attempt == done.attempt)
        return std::nullopt; // webhooks have not told of it either
    const bool went_well =
        done.outcome == TaskState::succeeded || done.outcome == TaskState::skipped;
    return AttemptRow{
        done.task,
        attempt,
        went_well ? AttemptEnd::returned : AttemptEnd::failed,
        done.worker,
        done.claimed_at.value_or(done.finished_at),
        done.started_at,
        done.finished_at,
        done.outcome == TaskState::succeeded ? "succeeded, and is to run again" : done.error};
}

void forget_ends(WriteContext& context, const RunRow& run, std::span<const TaskId> tasks)
{
    context.tables.outside().forget_settlements(run.id, tasks);
    context.tables.take_done(tasks);
    std::erase_if(context.changes.ends, [&](const SharedEnd& end) {
        return std::ranges::binary_search(tasks, end->task);
    });
}

void reopen(WriteContext& context, RunRow& run, std::optional<Micros> timeout)
{
    if (run.kind == RunKind::execution && run.ending != RunEnding::none)
        context.tables.set_run_error(run.id, "");
    run.state = RunState::active;
    run.ending = RunEnding::none;
    run.finished_at.reset();
    run.expires_at.reset();
    if (timeout) {
        catch_up(context, context.tables.clock_jumps());
        run.expires_at = context.now + *timeout;
        context.changes.due(run.expires_at);
    }
}

void run(WriteContext& context, Operations<RetryTasks> operations)
{
    for (Operation<RetryTasks>* operation : operations) {
        if (operation->request.from == RetryTasks::From::descendants) {
            retry_from(context, *operation);
            continue;
        }
        const Target& target = operation->request.target;
        RunRow& run = context.runs.at(target.run);
        if (const auto error = refusal(context, target, TaskEvent::retry)) {
            operation->fail(*error);
            continue;
        }
        if (target.tasks.empty() || run.sweep) {
            operation->fail({Errc::conflict, "the run is still being cleared up: retry later"});
            continue;
        }
        const Restored asked = asked_for(context, run, own_tasks(context, target));
        Restored restored = with_dependents(context, run, asked);
        const Cards cards = cards_of(context, run, restored);
        drop_deleted(cards, restored);
        if (target.tasks.size() == 1 && !restored.contains(target.tasks.front())) {
            operation->fail({Errc::conflict, "the task is deleted: restore it first"});
            continue;
        }
        const ParentOutcomes parents = parents_of(context, run, restored);
        drop_what_cannot_start(parents, asked, restored);
        if (target.tasks.size() == 1 && !restored.contains(target.tasks.front())) {
            operation->fail(
                {Errc::conflict, "a parent of the task has not ended as its link asks: retry that"}
            );
            continue;
        }
        Affected affected;
        affected.final = static_cast<std::int64_t>(restored.size());
        if (run.staged && is_final(run.state)) // else they are closed by who paused it
            context.board.set_open(context.tables, run.id, true);
        const bool was_over = is_over(run);
        if (!restored.empty()) {
            if (was_over && run.kind == RunKind::job)
                want_again(context, run.id);
            revive(context, run, restored, parents, cards);
            if (was_over)
                reopen(context, run, operation->request.run_timeout);
            context.runs.changed(run.id);
        }
        record(context, target, "retry");
        operation->answer(affected);
    }
}

} // namespace sluice
