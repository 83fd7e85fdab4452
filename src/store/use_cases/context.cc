// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/context.h"

#include "base/assert.h"
#include "store/use_cases/dedupe.h"
#include "store/use_cases/feed.h"
#include "store/use_cases/outside.h"
#include "store/use_cases/removal.h"
#include "store/use_cases/schedule_moves.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace sluice {

void LockedRuns::add(std::vector<RunRow> rows)
{
    for (RunRow& row : rows)
        rows_.try_emplace(row.id, std::move(row));
}

RunRow* LockedRuns::find(RunId run)
{
    const auto found = rows_.find(run);
    return found == rows_.end() ? nullptr : &found->second;
}

RunRow& LockedRuns::at(RunId run)
{
    RunRow* found = find(run);
    SLUICE_ASSERT(found != nullptr);
    return *found;
}

std::vector<RunRow> LockedRuns::take_changed()
{
    sort_unique(changed_);
    std::vector<RunRow> rows;
    for (const RunId run : changed_)
        rows.push_back(at(run));
    changed_.clear();
    return rows;
}

void LockedRuns::shift(Micros jump)
{
    for (auto& [id, row] : rows_)
        if (row.expires_at && !is_final(row.state))
            *row.expires_at += jump;
}

void catch_up(WriteContext& context, Micros jumps)
{
    const Micros missed = jumps - context.clock.jumps_seen.value_or(jumps);
    context.now += missed;
    context.clock.offset += missed;
    if (context.clock.jumps_seen)
        context.clock.jumps_seen = jumps;
}

namespace {

std::vector<TaskId> ruled_tasks(WriteContext& context, const std::vector<Place>& places)
{
    std::vector<TaskId> tasks;
    for (const Place& place : places)
        if (context.board.is_ruled(context.tables, place.queue))
            tasks.push_back(place.task);
    sort_unique(tasks);
    return tasks;
}

void put_into_lines(WriteContext& context, const std::vector<Place>& ready)
{
    const std::vector<TaskId> ruled = ruled_tasks(context, ready);
    if (ruled.empty())
        return;
    for (const GatedRow& row : context.tables.rules().insert_gated(ruled))
        context.lines.put(row);
}

} // namespace

namespace {

// Whom rules or other runs look at is written at once.
bool may_be_offered(WriteContext& context, const Place& place)
{
    const RunRow* run = context.runs.find(place.run);
    return run && run->kind != RunKind::batch &&
           !context.board.is_ruled(context.tables, place.queue);
}

void write_ready(WriteContext& context, const std::vector<Place>& ready)
{
    if (ready.empty())
        return;
    context.tables.insert_ready(ready);
    const std::string* last = nullptr;
    for (const Place& place : ready) {
        QueueBoard::Name name = context.board.put(context.tables, place);
        if (name && name.get() != last) {
            last = name.get();
            context.changes.ready_queues.push_back(std::move(name));
        }
    }
    put_into_lines(context, ready);
}

} // namespace

void WriteContext::make_pending(std::vector<Place> places, std::optional<TaskState> from)
{
    std::vector<Place> ready;
    std::vector<Place> later;
    moved_all(places, from, TaskState::pending);
    for (Place& place : places) {
        const bool is_due = !place.run_at || *place.run_at <= now;
        if (!is_due)
            changes.due(place.run_at);
        std::vector<Place>& list = !is_due ? later : may_be_offered(*this, place) ? offered : ready;
        list.push_back(std::move(place));
    }
    write_ready(*this, ready);
    if (!later.empty())
        tables.insert_timers(later);
}

void WriteContext::write_offered()
{
    write_ready(*this, std::exchange(offered, {}));
}

std::vector<Place> WriteContext::take_ready(const Tables::Selection& of)
{
    write_offered();
    std::vector<Place> places = tables.take_ready(of);
    const std::vector<TaskId> ruled = ruled_tasks(*this, places);
    if (!ruled.empty())
        tables.rules().delete_gated(ruled);
    return places;
}

void WriteContext::moved(TaskId task, RunId run, std::optional<TaskState> from, TaskState to)
{
    touch(task);
    if (from != to)
        moves.push_back({task, run, from, to});
}

void WriteContext::tell_end(const RunRow& run)
{
    if (!tells_ends || run.kind != RunKind::execution)
        return;
    // Only a run that was ended as a whole has words of its own.
    std::string error = run.ending == RunEnding::none ? std::string() : tables.run_error(run.id);
    changes.ended_runs.push_back({run, std::move(error)});
}

void WriteContext::lock_runs(std::vector<RunId> ids)
{
    std::erase_if(ids, [&](RunId run) { return runs.find(run) != nullptr; });
    sort_unique(ids);
    if (!ids.empty())
        runs.add(tables.lock_runs(ids, Tables::Wait::pass_over));
}

namespace {

template <class Request>
void defer_unlocked(WriteContext& context, std::vector<Operation<Request>*>& operations)
{
    std::erase_if(operations, [&](Operation<Request>* operation) {
        std::vector<RunId> runs;
        operation->add_runs(runs);
        for (const RunId id : runs) {
            const RunRow* run = context.runs.find(id);
            if (run && is_being_removed(*run))
                operation->fail({Errc::not_found, "no such run"});
            else if (!run)
                operation->deferred = true;
        }
        return operation->deferred || operation->answered;
    });
}

// Of those that come after what makes tasks ready.
template <class Request>
constexpr bool looks_at_ready =
    !std::is_same_v<Request, Finish> && !std::is_same_v<Request, GiveBack> &&
    !std::is_same_v<Request, Submit> && !std::is_same_v<Request, Claim>;

template <class Request>
void run_list(WriteContext& context, Group& group)
{
    auto& operations = group.of<Request>();
    defer_unlocked(context, operations);
    if (operations.empty())
        return;
    if constexpr (looks_at_ready<Request>)
        context.write_offered();
    run(context, Operations<Request>(operations));
}

template <class... Requests>
void run_lists(WriteContext& context, Group& group)
{
    (run_list<Requests>(context, group), ...);
}

// A run ends when its last task does.
void settle_runs(WriteContext& context)
{
    std::vector<RunRow> changed = context.runs.take_changed();
    for (RunRow& row : changed) {
        if (row.state == RunState::active) {
            row.state = run_state(row.counts, row.ending);
            if (is_final(row.state)) {
                row.finished_at = context.now;
                row.expires_at.reset();
                context.changes.final_runs.push_back(row.id);
                context.tell_end(row);
            }
        }
        context.runs.at(row.id) = row;
    }
    if (!changed.empty())
        context.tables.update_runs(changed);
}

} // namespace

void foresee(Tables& tables, Group& group)
{
    std::size_t tasks = 0;
    for (const Operation<Submit>* operation : group.of<Submit>())
        tasks += operation->request.tasks.size();
    for (const Operation<StageTasks>* operation : group.of<StageTasks>())
        tasks += operation->request.tasks.size();
    const std::size_t runs = group.of<Submit>().size() + group.of<StageRun>().size();
    if (tasks > 0)
        tables.expect_ids(Tables::Sequence::task, tasks);
    if (runs > 0)
        tables.expect_ids(Tables::Sequence::run, runs);
    const std::vector<std::int32_t> kinds = kinds_to_deduplicate(group.of<Submit>());
    if (!kinds.empty())
        tables.rules().lock_kinds(kinds);
}

void run_group(WriteContext& context, Group& group)
{
    lock_schedules(context, group);
    // The lock phase is over (see Writer): what follows takes rows, then only inserts; claims,
    // which take rows without a run's lock but never wait for one, come last and see what the
    // others freed.
    run_lists<
        CheckClock, RegisterWorker, Heartbeat, DescribeWorker, ReleaseWorker, Start, Defer, Finish,
        GiveBack, EndWorker, FailRun, Cancel, Pause, Resume, RetryTasks, Expire, Rescue, Sweep,
        Abandon, NoteClusterJob, RegisterOutputs, ExtendLeave, OutputsUploaded, TakeDoomed,
        OutputsRemoved, CreateKey, RevokeKey, UpdateTask, AddCounts, EndTry, Redeliver, Define,
        Redefine, Undefine, DeclareWorkflows, SetRules, FollowRules, HideTask, CreateSchedule,
        ChangeSchedule, DeleteSchedule, RecordEvent, PurgeBatches, PurgeTasks, PruneEvents,
        StageRun, StageTasks, StageLinks, PublishRun, Submit, Settle, SettleSchedule, CountTickTry,
        RenewTriggers, Tick>(context, group);
    settle_outside(context);
    settle_debts(context);
    settle_runs(context);
    settle_schedules(context);
    run_lists<TakeOwed, TakeSchedules, TakeClusterJobs, DeleteRun, Claim>(context, group);
    context.write_offered();
    settle_debts(context); // of what claims have displaced
    finish_counting(context);
    publish_moves(context);
}

} // namespace sluice
