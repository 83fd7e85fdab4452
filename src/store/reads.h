// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rows.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class ClusterReads;
class ExecutionReads;
class ScheduleReads;
class ServiceReads;

// What may be asked of the database outside a write: each call is one short snapshot (at most a
// page of rows). Used on a reader thread; every method may throw StoreFailure.
class Reads {
public:
    virtual ~Reads() = default;

    virtual ServiceReads& service() = 0; // what the task service asks
    virtual ScheduleReads& schedules() = 0;
    virtual ExecutionReads& executions() = 0; // what workflows in code ask
    virtual ClusterReads& cluster() = 0;      // what jobs on Kubernetes ask

    struct Run {
        RunRow row;
        RunDetail detail;
        std::int64_t leased = 0; // tasks with a lease, not paused
        std::int64_t held = 0;   // paused tasks
        // Told of workflows in code only, and while nothing of the run is final: an attempt
        // at one of its tasks has ended.
        bool was_tried = false;
    };
    virtual std::optional<Run> run(RunId id) = 0;
    virtual std::optional<RunRow> run_row(RunId id) = 0; // without looking at all its leases
    virtual std::optional<RunId> run_named(std::string_view name) = 0;

    struct RunFilter {
        std::optional<RunKind> kind;
        std::optional<RunState> state; // loading runs are never listed
        std::string name_part;         // a piece of the name, literally; empty: any
        RunId before;                  // keyset page: older than this one; none: from the newest
        std::size_t limit = 100;
    };
    virtual std::vector<Run> runs(const RunFilter& filter) = 0;        // newest first
    virtual std::vector<std::string> run_names(std::size_t limit) = 0; // newest first

    // What was created with an idempotency key.
    struct KeyedRequest {
        std::string body_hash;
        RunId run;
        Time created_at;
        bool is_published = true; // false: its run is being loaded
    };
    virtual std::optional<KeyedRequest> request(std::string_view key) = 0;

    // A task with all its rows. `state` is what the rows say (also canceled while a sweep is owed).
    struct Task {
        TaskRow row;
        TaskState state = TaskState::pending;
        std::optional<Place> place;
        std::optional<NeedRow> need;
        std::optional<LeaseRow> lease;
        std::optional<DoneRow> done;
        std::string worker_name; // of the lease or the done row
        std::string worker_host;
    };
    virtual std::optional<Task> task(TaskId id) = 0;

    struct TaskFilter {
        RunId run;
        std::vector<TaskState> states; // empty: any
        TaskId after;                  // keyset page: ids above this one
        std::size_t limit = 100;
    };
    virtual std::vector<Task> tasks(const TaskFilter& filter) = 0; // by id
    virtual std::vector<AttemptRow> attempts(TaskId id) = 0;       // by number
    virtual std::vector<EventRow> events(RunId run, TaskId task) = 0;
    virtual std::vector<OutputRow> outputs(RunId run, TaskId task) = 0;
    virtual std::vector<LinkRow> parents(const RunRow& run, TaskId child) = 0;
    virtual std::vector<LeaseRow> leases_of(WorkerId worker) = 0;
    virtual std::optional<LeaseRow> lease(TaskId id) = 0;
    // How many live tasks of the run have failed before and wait to be tried again.
    virtual std::int64_t retrying(const RunRow& run) = 0;
    // How many places stand before the task in its queue, counted to at most `limit`.
    virtual std::int64_t ready_before(const Place& place, std::int64_t limit) = 0;
    virtual std::vector<WorkerRow> workers() = 0;

    virtual std::vector<KeyRow> keys() = 0;
    virtual std::optional<KeyRow> key_with_hash(std::string_view hash) = 0; // not revoked

    virtual std::optional<std::string> setting(std::string_view name) = 0;

    // The one query of an idle engine.
    struct Pulse {
        std::optional<Time> timer_due; // the earliest of each kind
        std::optional<Time> lease_expires;
        std::optional<Time> run_expires;
        std::optional<Time> worker_until; // of workers, and of what they may upload without a lease
        std::vector<QueueId> queues_with_ready;
        std::vector<WorkerId> workers; // attached ones that may have died: ask Neighbours::dead
        std::vector<WorkerId> ended_workers; // attached, of processes that have ended; a child of
                                             // such a one may still hold what it held
        bool has_sweep = false;
        bool has_loading = false;
        bool has_settlements = false;
        bool has_changed_rule = false;   // that tasks are to follow
        std::optional<Time> server_time; // the database's clock, where it is another machine's
    };
    struct Look {
        // Which queues have something ready; not cheap while an old snapshot keeps dead rows.
        bool at_ready = true;
        Time workers_after{}; // workers whose time ended before are not told of
    };
    virtual Pulse pulse(const Look& look) = 0;
    Pulse pulse() { return pulse(Look{}); }
};

} // namespace sluice
