// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/graph.h"
#include "model/retry.h"
#include "model/task/task_matcher.h"
#include "store/cluster_requests.h"
#include "store/execution_requests.h"
#include "store/held_lease.h"
#include "store/queue_filter.h"
#include "store/rows.h"
#include "store/schedule_requests.h"
#include "store/service_requests.h"
#include "store/task_parents.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// The use cases that write, as values: what goes in and (Reply) what comes out. Expected errors
// stand beside each; `unavailable` is possible everywhere.

struct NewTask {
    std::string name;
    std::string payload;     // JSON of the surface; the engine never looks into it
    std::uint32_t queue = 0; // index into the submission's queues
    int priority = 0;        // -1000..1000, higher first
    std::optional<Time> run_at;
    std::optional<Micros> timeout; // of one attempt
    Retry retry;
    std::optional<CardRow> card;     // of the task service; its ids are filled in
    std::vector<TaskMatcher> dedupe; // not created when one of these finds a task
    NewParents parents = {};         // of a task of a workflow
};

// What a run is besides its tasks.
struct NewRun {
    RunKind kind = RunKind::batch;
    std::vector<std::string> queues;
    std::optional<std::string> name; // conflict when another run has it
    std::string spec;
    std::string actor;
    std::optional<RunId> origin;
    std::optional<Micros> timeout; // of the run as a whole
    std::string request_key;       // idempotency key; empty: none
    std::string body_hash;         // conflict when the key came with another one before
    std::optional<NewExecution> execution = {};    // of a run of that kind
    std::optional<NewClusterJob> cluster_job = {}; // of a job that is to run on Kubernetes
};

struct Submitted {
    RunId run;
    RunState state = RunState::active;
    Time created_at;
    std::vector<TaskId> tasks; // in the order given; empty when repeated
    bool repeated = false;     // the idempotency key was known: this is the first answer
    // Which of the tasks were created, by their places in the request; nothing: all. When none was,
    // there is a run only if the request had an idempotency key.
    std::optional<std::vector<std::uint32_t>> created = {};
};

// One transaction: nothing or all. The caller has checked the graph. Errors: conflict (name,
// idempotency key, a link to a task that was found in another run), overloaded (too many different
// rules or matchers), not_found (the schedule whose tick it is does not stand where it stood), and
// those of TriggerFire.
struct Submit {
    using Reply = Submitted;
    NewRun run;
    std::vector<NewTask> tasks;
    std::vector<GraphLink> links;

    // A link to a task of another run. Runs with such links are not staged.
    struct OutsideLink {
        TaskId parent;
        RunId parent_run;
        std::uint32_t child = 0; // number of the new task
        LinkCondition condition = LinkCondition::on_success;
        Unmet unmet = Unmet::fail;
    };
    std::vector<OutsideLink> outside = {};

    // What has asked for it, at most one of these.
    std::optional<FiredTick> tick = {};
    std::optional<RetriedTick> tick_again = {};
    std::optional<TriggerFire> fire = {};
};

// Large submissions come in pieces that nobody sees until the last one publishes them.
struct StageRun {
    using Reply = Submitted; // without tasks
    NewRun run;
};
struct StageTasks {
    using Reply = std::vector<TaskId>;
    RunId run;
    std::vector<NewTask> tasks;
    std::vector<std::uint32_t> parents; // how many each task has; empty: none has any

    // What was staged before, in order: places in NewTask::parents count over these and then over
    // `tasks`. None: no task has such parents.
    std::shared_ptr<const std::vector<TaskId>> before = {};
};
struct StageLinks {
    using Reply = bool;
    RunId run;
    std::vector<LinkRow> links;
};
struct PublishRun {
    using Reply = Submitted; // without tasks
    RunId run;
    std::optional<Micros> timeout;
    std::string actor = {}; // as in the NewRun
};

// A task that a worker holds now.
struct Leased {
    TaskId task;
    RunId run;
    int attempt = 0;
    int tries = 0; // failed before this attempt
    int priority = 0;
    Retry retry;
    std::string name;
    std::string payload;
    std::optional<Micros> timeout;
    Time claimed_at;
    std::shared_ptr<const std::string> queue;
    ParentEnds parents = {}; // when the claim has asked for them
};

// Leases up to `limit` pending tasks of the queues to `worker`, highest priority first, then
// oldest. An empty list means that nothing is due.
struct Claim {
    using Reply = std::vector<Leased>;
    enum class As : std::uint8_t { claimed, running };
    WorkerId worker;
    std::shared_ptr<const QueueFilter> queues;
    std::size_t limit = 1;
    As as = As::running;
    enum class Parents : std::uint8_t { untold, told }; // how those have ended
    Parents parents = Parents::untold;
};

// The executor of a claimed task has started, or the target of a webhook has accepted it: then the
// lease is the target's, and the death of the worker means nothing any more. The timeout counts
// from here. A repeated call changes nothing. Errors: conflict (superseded).
struct Start {
    using Reply = bool;
    TaskId task;
    RunId run;
    int attempt = 0;
    WorkerId worker;
    LeaseOwner owner = LeaseOwner::process;

    // What the answer of the target asks for.
    std::string cancel_actions = {}; // JSON array of webhooks that a cancel owes, too; empty: none
    int cancel_actions_count = 0;
    std::vector<FollowUpAction> follow_ups = {}; // owed at once, as those of Finish
};

struct Finished {
    TaskState state = TaskState::succeeded; // pending: it will be tried again
    std::optional<Time> run_at;
    bool repeated = false; // this very report was accepted before
};

// The end of an attempt. Errors: conflict (superseded attempt, lost lease, final task), not_found.
struct Finish {
    using Reply = Finished;
    TaskId task;
    RunId run;
    int attempt = 0;                    // 0: whatever attempt is leased (a report from outside)
    WorkerId worker;                    // none: a report from outside
    std::optional<FailureKind> failure; // none: succeeded
    std::string result;
    std::string error;

    // What the answer to a start asks for, whether it has ended the task or its target did before;
    // owed once.
    std::vector<FollowUpAction> follow_ups = {};

    // skipped: the task's rule says no; `error` has the reason, and `failure` is none.
    enum class As : std::uint8_t { reported, skipped };
    As as = As::reported;
    std::optional<Micros> retry_after = {}; // instead of what the policy says, if it is tried again
    bool is_transient = false;              // the failure is one, whatever its text says
};

// The worker stops and hands the task back; no try is used up. Errors: conflict.
struct GiveBack {
    using Reply = bool;
    TaskId task;
    RunId run;
    int attempt = 0;
    WorkerId worker;
    std::string reason;

    // It was not begun, as nobody here knows how: pending again after so long, and the attempt has
    // not been one.
    std::optional<Micros> again_after = {};
};

// Extends the worker's leases to now + `lease`. The reply names those it does not hold any more:
// their work is to be stopped. Errors: not_found (the worker is not registered any more).
struct Heartbeat {
    using Reply = std::vector<HeldLease>;
    WorkerId worker;
    Micros lease = std::chrono::seconds(60);
    std::vector<HeldLease> held;
};

struct RegisterWorker {
    using Reply = WorkerId;
    std::string name;
    std::string host;
    enum class Kind : std::uint8_t {
        attached,
        remote
    }; // lives in this process; speaks to it from afar
    Kind kind = Kind::attached;
    Micros lease = std::chrono::seconds(60);
    std::string address = {}; // where other servers reach its server; empty: nowhere
};

// The worker ends at now + `grace` unless a heartbeat comes before; its leases are rescued then. At
// once if its process can be seen to have ended.
struct ReleaseWorker {
    using Reply = bool;
    WorkerId worker;
    Micros grace{0};
};

// What a user's action applies to: a whole run or some of its tasks.
struct Target {
    RunId run;
    std::vector<TaskId> tasks; // empty: the run
    std::string actor;
    std::string reason;
};

struct Affected {
    std::int64_t waiting = 0; // by the state that each task was in before
    std::int64_t pending = 0;
    std::int64_t claimed = 0;
    std::int64_t running = 0;
    std::int64_t paused = 0;
    std::int64_t final = 0; // left alone
    std::int64_t changed() const { return waiting + pending + claimed + running + paused; }
};

// Errors of the four: not_found (no such run or task), conflict (a single task whose state does not
// allow it, or a final run).
struct Cancel {
    using Reply = Affected;
    Target target;
};
struct Pause {
    using Reply = Affected;
    Target target;
};
struct Resume {
    using Reply = Affected;
    Target target;
};
// Final tasks that did not succeed live again as new attempts, with what was failed or skipped
// because of them. Empty `tasks` is not accepted.
//
// From::descendants, in runs of workflows: the tasks, also those that succeeded, live again with
// every final task that depends on them, and those that were about to start wait again; what they
// depend on stays, and skips or fails what it did. Errors, too: conflict (one of them is leased; no
// task is final; a parent that stays forbids one that is named; everything that is not final in the
// run is paused), invalid (no task; another run).
struct RetryTasks {
    using Reply = Affected;
    Target target;
    enum class From : std::uint8_t { unsuccessful, descendants };
    From from = From::unsuccessful;
    std::optional<Micros> run_timeout = {}; // of the run from now on, if it was final
};

// Removes a final run with everything of it, in bounded pieces; true when it is gone. Errors:
// not_found, conflict (not final).
struct DeleteRun {
    using Reply = bool;
    RunId run;
    std::string actor = {};
};

// The duties of a living engine. Each does at most `limit` rows and says how many it did.
struct Tick { // due timers become ready
    using Reply = std::size_t;
    std::size_t limit = 5000;
};
struct Expire { // attempts and runs whose time ran out
    using Reply = std::size_t;
    std::size_t limit = 1000;
};
struct Rescue { // leases of workers whose time has ended
    using Reply = std::size_t;
    std::size_t limit = 1000;
};
struct Settle { // ends of parents that children in other runs have not heard of; runs at once
    using Reply = std::size_t;
    std::size_t limit = 100;
};
struct Sweep { // live rows of runs that were ended as a whole, dead loaders' runs
    using Reply = std::size_t;
    std::size_t limit = 5000;
};
// The clock was found to stand at `offset` from the time since boot: when that is a jump, and no
// other process has said so yet, all leases move with it.
struct CheckClock {
    using Reply = bool; // true: leases were moved
    Micros offset{0};
};

struct OutputsRegistered {
    std::vector<OutputRow> outputs; // in the order given
    std::vector<OutputRow>
        stale;       // of earlier attempts of this task: remove the objects, then the rows
    Micros leave{0}; // from the moment in which it was asked for; 0: none
};

// An attempt announces the files that it will put into the egress, before the first upload. Errors:
// conflict (superseded; another task of the run owns a path: the detail names it; a different set
// was registered by this attempt), unavailable (a path still waits for the removal of a failed
// attempt's file).
//
// With a leave, the uploads are to end within that time, or while it is extended (ExtendLeave): so
// long nothing of them is removed and nobody else gets their paths, whatever becomes of the lease.
// None is given for no paths.
struct RegisterOutputs {
    using Reply = OutputsRegistered;
    TaskId task;
    RunId run;
    int attempt = 0;
    WorkerId worker;
    std::vector<std::string> paths;
    Micros leave{0}; // 0: none is asked for
};
// The uploads are over, and so is their leave. Errors: conflict (superseded: those of the files
// that nobody owns by now are doomed), not_found (a path that was not registered).
struct OutputsUploaded {
    using Reply = bool;
    TaskId task;
    RunId run;
    int attempt = 0;
    WorkerId worker;
    std::vector<std::string> paths;
};
// Doomed rows that nobody else is removing and whose attempts cannot upload any more. Until now +
// `lease` they are the caller's: it removes the objects, and after that the rows.
struct TakeDoomed {
    struct Reply {
        std::vector<OutputRow> rows;
        std::optional<Time> next; // when more may be removed; nothing: there is no more
    };
    Micros lease = std::chrono::seconds(60);
    std::size_t limit = 1000;
};
// The objects of these rows are gone; so may the rows, but those that have changed since they were
// read.
struct OutputsRemoved {
    using Reply = bool;
    std::vector<OutputRow> rows;
};

struct CreateKey { // conflict: a live key of that name
    using Reply = KeyRow;
    std::string name;
    std::string hash;
    KeyRole role = KeyRole::write;
    std::string actor = {};
};
struct RevokeKey { // not_found
    using Reply = bool;
    std::string name;
    std::string actor = {};
};

} // namespace sluice
