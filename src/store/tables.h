// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rows.h"
#include "store/task_parents.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class ClusterTables;
class DefinitionTables;
class ExecutionTables;
class OutsideTables;
class RuleTables;
class ScheduleTables;
class ServiceTables;

// The statements of one open transaction, set-based: each takes a list and is one statement (or one
// prepared statement per element on SQLite, which has no network between). The use cases decide
// with these in either dialect; nothing here decides anything.
//
// "take_x" deletes rows and gives back what they held. No result has an order unless it says so.
// Lists of rows to lock or delete must be sorted by id (lock order, docs/data-model.md).
// Every method may throw StoreFailure. Used on the store's writer thread only.
class Tables {
public:
    virtual ~Tables() = default;

    virtual ServiceTables& service() = 0;        // those of the task service
    virtual RuleTables& rules() = 0;             // those of rules and deduplication
    virtual OutsideTables& outside() = 0;        // those of links between runs, and of the feed
    virtual ScheduleTables& schedules() = 0;     // those of schedules
    virtual DefinitionTables& definitions() = 0; // those of stored rules and actions
    virtual ExecutionTables& executions() = 0;   // those of workflows in code
    virtual ClusterTables& cluster() = 0;        // those of jobs on Kubernetes, and of uploads

    // --- ids ---------------------------------------------------------------------------------
    enum class Sequence : std::uint8_t {
        run,
        task,
        queue,
        worker,
        key,
        delivery,
        signature,
        schedule,
        definition,
        workflow
    };
    // `count` new ids, ascending, never given before.
    virtual std::vector<std::int64_t> next_ids(Sequence sequence, std::size_t count) = 0;

    // So many will be asked for: where an answer takes a round trip, one that is made anyway brings
    // them.
    virtual void expect_ids(Sequence, std::size_t) {}

    // --- submit ------------------------------------------------------------------------------
    virtual void insert_runs(std::span<const RunRow> rows) = 0;
    virtual void insert_run_details(std::span<const RunDetail> rows
    ) = 0; // conflict: the name is taken
    virtual void insert_tasks(std::span<const TaskRow> rows) = 0;
    virtual void insert_needs(std::span<const NeedRow> rows) = 0;
    virtual void insert_links(std::span<const LinkRow> rows) = 0;
    virtual void insert_ready(std::span<const Place> rows) = 0;
    virtual void insert_timers(std::span<const Place> rows) = 0;
    virtual void insert_held(std::span<const Place> rows) = 0;
    virtual void insert_events(std::span<const EventRow> rows) = 0;
    // At most `limit` of those before a time, the oldest first; says how many.
    virtual std::size_t delete_events(Time before, std::size_t limit) = 0;

    struct Request {
        std::string key;
        std::string body_hash;
        RunId run;
        Time created_at;
    };
    virtual std::optional<Request> find_request(std::string_view key) = 0;
    virtual void insert_request(const Request& request) = 0;
    virtual bool is_published(RunId run) = 0; // false while it is loading
    virtual std::optional<RunId> find_run_named(std::string_view name) = 0;

    // --- queues ------------------------------------------------------------------------------
    virtual std::vector<QueueRow> queues() = 0;
    struct QueueMark {
        QueueId queue;
        int nprio = INT32_MIN; // nothing ready stands before (nprio, task), as far as we know
        TaskId task;
    };
    // The first place of each queue that has any, by a loose scan: the cost is per such queue.
    virtual std::vector<QueueMark> queue_heads() = 0;
    virtual void insert_queue(const QueueRow& row) = 0;
    // Another process may have inserted the shared queue of that name first: its id then.
    virtual QueueId ensure_shared_queue(const QueueRow& row) = 0;
    virtual void set_queues_open(RunId run, bool open) = 0;
    virtual void delete_queues(RunId run) = 0;

    // --- claim -------------------------------------------------------------------------------
    struct ReadyHeads {
        std::vector<Place> places;
        std::vector<TaskRow> tasks;   // of the places, in any order
        std::vector<ParentEnd> ends;  // of their parents, in any order, perhaps more than once
        std::vector<QueueId> emptied; // nothing is left in these
    };
    // Takes up to `limit` places from the heads of the queues, by (nprio, task) over all of them;
    // sorted so. With a bound, only places before it. Rows that another process is taking are
    // passed over.
    virtual ReadyHeads take_ready_heads(
        std::span<const QueueMark> queues, std::size_t limit, const std::optional<QueueMark>& bound
    ) = 0;
    // What a claim has to know of places that no table holds: their tasks are of no batch.
    virtual ReadyHeads claimed(std::vector<Place> places) = 0;
    virtual std::vector<TaskRow> tasks(std::span<const TaskId> ids) = 0;
    virtual void insert_leases(std::span<const LeaseRow> rows) = 0;

    // --- runs --------------------------------------------------------------------------------
    enum class Wait : std::uint8_t { pass_over, wait };
    // Locks the run rows and reads them. With pass_over, rows that another process has locked are
    // missing from the answer, as are runs that do not exist.
    virtual std::vector<RunRow> lock_runs(std::span<const RunId> ids, Wait wait) = 0;
    virtual void update_runs(std::span<const RunRow> rows
    ) = 0; // state, ending, sweep, counts, times
    virtual void set_run_error(RunId run, std::string_view error) = 0;
    virtual std::string run_error(RunId run) = 0;
    virtual void delete_run(const RunRow& run) = 0; // the run row and all beside it

    // --- finish ------------------------------------------------------------------------------
    struct LeaseKey {
        TaskId task;
        int attempt = 0; // 0: whatever attempt is leased
        WorkerId worker; // none: whoever holds it
    };
    virtual std::vector<LeaseRow> take_leases(std::span<const LeaseKey> keys) = 0;
    virtual void update_leases(std::span<const LeaseRow> rows
    ) = 0; // started, expires, paused, deferred, owner
    virtual void insert_done(std::span<const DoneRow> rows) = 0;
    virtual void insert_attempts(std::span<const AttemptRow> rows) = 0;
    virtual std::vector<DoneRow> done(std::span<const TaskId> ids) = 0;
    virtual std::vector<DoneRow> take_done(std::span<const TaskId> ids) = 0;

    // --- links -------------------------------------------------------------------------------
    virtual std::vector<LinkRow> links_from(std::span<const TaskId> parents) = 0;
    // links_from() will be asked for these, or some of them, as expect_ids().
    virtual void expect_links(std::span<const TaskId>) {}
    virtual std::vector<LinkRow> links_to(const RunRow& run, std::span<const TaskId> children) = 0;
    struct NeedChange {
        TaskId task;
        int finished = 0; // so many parents fewer
    };
    virtual std::vector<NeedRow> subtract_needs(std::span<const NeedChange> changes
    ) = 0; // those left
    virtual void delete_needs(std::span<const TaskId> ids) = 0;

    // --- where tasks stand (cancel, pause, resume) --------------------------------------------
    // The rows of a whole run, or of some of its tasks; at most `limit`.
    struct Selection {
        const RunRow* run = nullptr;   // not looked at when there are tasks
        std::span<const TaskId> tasks; // empty: all of the run
        std::size_t limit = SIZE_MAX;
    };
    virtual std::vector<Place> take_timers(const Selection& of) = 0;
    virtual std::vector<Place> take_ready(const Selection& of) = 0;
    virtual std::vector<Place> take_held(const Selection& of) = 0;
    virtual std::vector<NeedRow> take_needs(const Selection& of) = 0;
    virtual std::vector<NeedRow> needs(const Selection& of) = 0;
    virtual std::int64_t waiting_count(const RunRow& run) = 0; // needs without those that are held
    virtual std::vector<LeaseRow> leases(const Selection& of) = 0;
    virtual std::vector<Place> held(const Selection& of) = 0;

    // --- duties ------------------------------------------------------------------------------
    virtual std::vector<Place> take_due_timers(Time now, std::size_t limit) = 0;
    virtual std::vector<LeaseRow> expired_leases(Time now, std::size_t limit) = 0;
    virtual std::vector<RunId> expired_runs(Time now, std::size_t limit) = 0;
    virtual std::vector<RunId> sweepable_runs(std::size_t limit) = 0;
    // Leases of kind process whose worker's time ended before `before` or whose worker is unknown,
    // without those of attempts that may still be uploading then.
    virtual std::vector<LeaseRow> abandoned_leases(Time before, std::size_t limit) = 0;
    // Forgets workers whose time ended before `before` and that hold no lease.
    virtual void forget_workers(Time before) = 0;
    virtual std::vector<RunId> abandoned_loads(Time before) = 0; // loading runs of dead workers
    struct TaskOfRun {
        TaskId task;
        RunId run;
    };
    // By run and id; the runs are sorted.
    virtual std::vector<TaskOfRun> first_tasks(std::span<const RunRow> runs, std::size_t limit) = 0;
    virtual void delete_tasks(std::span<const TaskId> ids) = 0; // with all that hangs on them

    // --- workers -----------------------------------------------------------------------------
    virtual void insert_worker(const WorkerRow& row) = 0;
    virtual void delete_worker(WorkerId worker) = 0;
    virtual std::vector<WorkerRow> workers() = 0;
    struct Extension {
        WorkerId worker;
        Time until;
    };
    // Also shortens. Those of them that exist.
    virtual std::vector<WorkerId> set_workers_until(std::span<const Extension> extensions) = 0;
    struct Description {
        WorkerId worker;
        std::string serves;
        std::string load;
    };
    // Those of them that there are, in any order.
    virtual std::vector<WorkerId> describe_workers(std::span<const Description> descriptions) = 0;
    virtual std::vector<LeaseKey> leases_held(std::span<const LeaseKey> among) = 0;
    // Moves the ends of all leases and workers by `jump`, and those of uploads and removals.
    virtual void shift_leases(Micros jump) = 0;

    // The sum of all jumps of the clock that leases have been moved by.
    virtual Micros clock_jumps() = 0;
    virtual Micros lock_clock() = 0; // the same; the row stays locked
    virtual void update_clock(Micros jumps) = 0;

    // --- outputs -----------------------------------------------------------------------------
    virtual std::vector<OutputRow> outputs_at(RunId run, std::span<const std::string> paths) = 0;
    virtual std::vector<OutputRow> outputs_of(RunId run, std::span<const TaskId> tasks) = 0;
    // Those that nobody is removing at this time, the longest doomed first; rows that another
    // process is taking are passed over.
    virtual std::vector<OutputRow> doomed_outputs(Time now, std::size_t limit) = 0;
    virtual std::optional<Time> next_doomed(Time after) = 0; // when the first of the others is free
    virtual void insert_outputs(std::span<const OutputRow> rows) = 0;
    virtual void update_outputs(std::span<const OutputRow> rows) = 0; // task, attempt, state, time
    virtual void delete_outputs(std::span<const OutputRow> rows) = 0;

    // --- keys --------------------------------------------------------------------------------
    virtual void insert_key(const KeyRow& row) = 0;
    virtual bool revoke_key(std::string_view name, Time now) = 0; // false: no such live key
};

} // namespace sluice
