// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"
#include "base/uid.h"
#include "store/change_rows.h"
#include "store/changes.h"
#include "store/line_board.h"
#include "store/match_book.h"
#include "store/meter.h"
#include "store/neighbours.h"
#include "store/operation.h"
#include "store/outside_rows.h"
#include "store/queue_board.h"
#include "store/tables.h"
#include "store/use_cases/counting.h"
#include "store/use_cases/debts.h"
#include "store/use_cases/locked_schedules.h"
#include "store/use_cases/stored_rules.h"

#include <span>
#include <unordered_map>

namespace sluice {

// The run rows that this group has locked, changed in memory and written back once at its end.
class LockedRuns {
public:
    void add(std::vector<RunRow> rows);

    RunRow* find(RunId run); // null: not locked by this group, or no such run
    RunRow& at(RunId run);
    void changed(RunId run) { changed_.push_back(run); }
    std::vector<RunRow> take_changed(); // by id
    void shift(Micros jump);            // of the clock, as Tables::shift_leases does with the rows

private:
    std::unordered_map<RunId, RunRow> rows_;
    std::vector<RunId> changed_;
};

// Store time is the time since boot plus an offset that changes only together with the leases.
struct ClockState {
    Micros offset{0};
    std::optional<Micros> jumps_seen; // of the clock row; nothing: not looked at yet
};

// A worker whose clock or host stutters is not robbed at the first microsecond.
constexpr Micros rescue_margin = std::chrono::seconds(2);

// What every use case of a group works with.
struct WriteContext {
    Tables& tables;
    QueueBoard& board;
    MatchBook& book;
    LineBoard& lines;
    Neighbours& neighbours;
    Random& random;
    Time now;
    std::uint64_t uid_secret = 0;
    bool dead_end_cancel = true;
    bool tells_ends = false;   // of workflows, with the changes
    bool may_register = false; // signatures may be added: no other group is under way
    ClockState clock;          // kept by the writer when the group commits
    LockedRuns runs;
    Changes changes;
    std::vector<Debt> debts; // of the ends in this group; settled at its end
    Counting counting;
    std::vector<Move> moves;             // of claims those of the task service only
    std::vector<Settlement> settlements; // to be applied or left at the end of the group
    std::uint64_t group_number = 0;
    Tally tally;
    LockedSchedules schedules;
    StoredRules stored_rules;

    // Puts live tasks where they wait for a worker: ready when their time has come, else timer.
    // They were in the state `from`, or are new. What a claim of this group may take at once is
    // kept in `offered` instead.
    void make_pending(std::vector<Place> places, std::optional<TaskState> from);

    // Ready tasks of jobs and workflows that no table holds yet. Before anybody looks at what is
    // ready, and at the group's end, write_offered() writes those that are left.
    std::vector<Place> offered = {};
    void write_offered();

    // Takes ready tasks, out of their lines too.
    std::vector<Place> take_ready(const Tables::Selection& of);

    // Whoever changes what a task counts for (its state, metadata or counts) says so.
    void touch(TaskId task) { counting.touched.push_back(task); }
    template <class Rows>
    void touch_all(const Rows& rows)
    {
        for (const auto& row : rows)
            touch(row.task);
    }

    // A change of state; also a touch. None when the states are the same.
    void moved(TaskId task, RunId run, std::optional<TaskState> from, TaskState to);
    template <class Rows>
    void moved_all(const Rows& rows, std::optional<TaskState> from, TaskState to)
    {
        for (const auto& row : rows)
            moved(row.task, row.run, from, to);
    }

    // Locks runs that a use case found by itself; those of other processes are left out.
    void lock_runs(std::vector<RunId> ids);

    // With the changes, when somebody asks for it: a run that is final now.
    void tell_end(const RunRow& run);
};

// Final, or made so by this group, which settles its runs at its end.
inline bool is_over(const RunRow& run)
{
    return is_final(run.state) ||
           (run.state == RunState::active && is_final(run_state(run.counts, run.ending)));
}

// This process follows a jump of the clock that another one has noticed first.
void catch_up(WriteContext& context, Micros jumps);

// Sorted, each once.
template <class T>
void sort_unique(std::vector<T>& values)
{
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
}

template <class Request>
using Operations = std::span<Operation<Request>* const>;

// Before anything is asked of the database: what one round trip may bring for all.
void foresee(Tables& tables, Group& group);

// Runs all operations of the group in one transaction that the caller has begun and will commit.
// Every operation is answered afterwards, or marked as deferred.
void run_group(WriteContext& context, Group& group);

// One function per use case; each answers its operations. Order and locks: run_group().
void run(WriteContext& context, Operations<Submit> operations);
void run(WriteContext& context, Operations<StageRun> operations);
void run(WriteContext& context, Operations<StageTasks> operations);
void run(WriteContext& context, Operations<StageLinks> operations);
void run(WriteContext& context, Operations<PublishRun> operations);
void run(WriteContext& context, Operations<Claim> operations);
void run(WriteContext& context, Operations<Start> operations);
void run(WriteContext& context, Operations<Finish> operations);
void run(WriteContext& context, Operations<GiveBack> operations);
void run(WriteContext& context, Operations<Heartbeat> operations);
void run(WriteContext& context, Operations<RegisterWorker> operations);
void run(WriteContext& context, Operations<ReleaseWorker> operations);
void run(WriteContext& context, Operations<Cancel> operations);
void run(WriteContext& context, Operations<Pause> operations);
void run(WriteContext& context, Operations<Resume> operations);
void run(WriteContext& context, Operations<RetryTasks> operations);
void run(WriteContext& context, Operations<DeleteRun> operations);
void run(WriteContext& context, Operations<Tick> operations);
void run(WriteContext& context, Operations<Expire> operations);
void run(WriteContext& context, Operations<Rescue> operations);
void run(WriteContext& context, Operations<Sweep> operations);
void run(WriteContext& context, Operations<CheckClock> operations);
void run(WriteContext& context, Operations<RegisterOutputs> operations);
void run(WriteContext& context, Operations<OutputsUploaded> operations);
void run(WriteContext& context, Operations<TakeDoomed> operations);
void run(WriteContext& context, Operations<OutputsRemoved> operations);
void run(WriteContext& context, Operations<CreateKey> operations);
void run(WriteContext& context, Operations<RevokeKey> operations);
void run(WriteContext& context, Operations<UpdateTask> operations);
void run(WriteContext& context, Operations<AddCounts> operations);
void run(WriteContext& context, Operations<TakeOwed> operations);
void run(WriteContext& context, Operations<EndTry> operations);
void run(WriteContext& context, Operations<Redeliver> operations);
void run(WriteContext& context, Operations<SetRules> operations);
void run(WriteContext& context, Operations<HideTask> operations);
void run(WriteContext& context, Operations<Settle> operations);
void run(WriteContext& context, Operations<CreateSchedule> operations);
void run(WriteContext& context, Operations<ChangeSchedule> operations);
void run(WriteContext& context, Operations<DeleteSchedule> operations);
void run(WriteContext& context, Operations<TakeSchedules> operations);
void run(WriteContext& context, Operations<SettleSchedule> operations);
void run(WriteContext& context, Operations<CountTickTry> operations);
void run(WriteContext& context, Operations<RenewTriggers> operations);
void run(WriteContext& context, Operations<RecordEvent> operations);
void run(WriteContext& context, Operations<PurgeBatches> operations);
void run(WriteContext& context, Operations<PurgeTasks> operations);
void run(WriteContext& context, Operations<PruneEvents> operations);
void run(WriteContext& context, Operations<Define> operations);
void run(WriteContext& context, Operations<Redefine> operations);
void run(WriteContext& context, Operations<Undefine> operations);
void run(WriteContext& context, Operations<FollowRules> operations);
void run(WriteContext& context, Operations<DeclareWorkflows> operations);
void run(WriteContext& context, Operations<Defer> operations);
void run(WriteContext& context, Operations<DescribeWorker> operations);
void run(WriteContext& context, Operations<Abandon> operations);
void run(WriteContext& context, Operations<TakeClusterJobs> operations);
void run(WriteContext& context, Operations<NoteClusterJob> operations);
void run(WriteContext& context, Operations<FailRun> operations);
void run(WriteContext& context, Operations<EndWorker> operations);
void run(WriteContext& context, Operations<ExtendLeave> operations);

} // namespace sluice
