// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "model/link.h"
#include "model/retry.h"
#include "model/state.h"

#include <optional>
#include <string>

namespace sluice {

// The rows of the tables (docs/data-model.md), as values. Both dialects read and write these.

enum class RunKind : std::uint8_t { batch, job, execution };

struct RunRow {
    RunId id;
    RunKind kind = RunKind::batch;
    RunState state = RunState::active;
    RunEnding ending = RunEnding::none;
    bool linked = false; // some task has a parent
    bool staged = false; // loaded in chunks, with queues of its own
    bool sweep = false;  // final, but live rows of its tasks are still to be removed
    RunCounts counts;
    TaskId task_first; // its tasks have ids within [task_first, task_last]; tasks of other runs may
                       // too
    TaskId task_last;
    Time created_at;
    std::optional<Time> finished_at;
    std::optional<Time> expires_at; // the run's own timeout
    bool leads_outside = false; // tasks of other runs may wait for its own; known of locked ones
};

// What a run has beside its counters: written once, except `error`.
struct RunDetail {
    RunId run;
    std::optional<std::string> name; // unique among runs that have one
    std::string spec;                // what the surface was given, JSON
    std::string actor;               // who asked for it
    std::optional<RunId> origin;     // the run that this one retries
    std::string error;               // why the run as a whole ended badly
};

struct TaskRow {
    TaskId id;
    RunId run;
    QueueId queue;
    int nprio = 0; // minus the priority, so that ascending order is claim order
    std::optional<Micros> timeout;
    std::string retry; // format_retry()
    std::string name;
    std::string payload;
    std::string kind; // of its card, where a claim or a start asks; none: it is not of the service
    std::string parents = {}; // store/task_parents.h; empty: none whose outputs it asks for
};

// Where a live task without a lease stands: the same row in timer, ready and held.
struct Place {
    TaskId task;
    RunId run;
    QueueId queue;
    int nprio = 0;
    int attempt = 0; // number of the last attempt; 0 before the first
    int tries = 0;   // failed tries that count against the retry policy
    int rescues = 0;
    std::optional<Time> run_at; // due time in timer; kept by held

    friend bool operator==(const Place&, const Place&) = default;
};

// A waiting task: how many parents are not final yet.
struct NeedRow {
    TaskId task;
    RunId run;
    QueueId queue;
    int nprio = 0;
    int unfinished = 0;
    int attempt = 0; // of a task that lives again
    std::optional<Time> run_at;
    bool paused = false; // stands in held, too (told by subtract_needs only)
};

// Whose death ends a lease (docs/correctness.md).
enum class LeaseOwner : std::uint8_t {
    process, // functions and commands: rescued when the worker dies
    target,  // a webhook target that has accepted: nobody's; its end is a timeout
};

struct LeaseRow {
    Place place; // attempt is the leased one
    WorkerId worker;
    LeaseOwner owner = LeaseOwner::process;
    Time claimed_at;
    std::optional<Time> started_at; // set: running, else claimed
    std::optional<Time> expires_at; // the attempt's timeout
    std::optional<Micros>
        paused_left; // set: paused, with so much of the timeout left (0: none set)
    std::optional<Micros> deferred_left = {}; // set: it waits by itself, likewise
};

inline TaskState state_of(const LeaseRow& lease)
{
    if (lease.paused_left)
        return TaskState::paused;
    return lease.started_at ? TaskState::running : TaskState::claimed;
}

struct DoneRow {
    TaskId task;
    RunId run;
    TaskState outcome = TaskState::succeeded;
    int attempt = 0;
    int tries = 0;
    WorkerId worker;
    std::optional<Time> claimed_at;
    std::optional<Time> started_at;
    Time finished_at;
    std::string result;
    std::string error;
};

// An attempt that did not end its task.
struct AttemptRow {
    TaskId task;
    int attempt = 0;
    AttemptEnd end = AttemptEnd::failed;
    WorkerId worker;
    Time claimed_at;
    std::optional<Time> started_at;
    Time finished_at;
    std::string error;
};

struct LinkRow {
    TaskId parent;
    TaskId child;
    LinkCondition condition = LinkCondition::on_success;
    Unmet unmet = Unmet::fail;
};

// A user's action or another fact of the history that no other row tells. It outlives what it is
// about.
struct EventRow {
    std::int64_t id = 0;
    Time at;
    RunId run;   // none: about something that is of no run
    TaskId task; // none: about the run
    std::string kind;
    std::string actor;
    std::string detail;
    std::string object = {};    // what it is about; empty: the task, or the batch
    std::string object_id = {}; // its public name; of a delivery its number, of a job nothing
    std::optional<Time> run_created_at = {}; // filled in by the store
};

struct QueueRow {
    QueueId id;
    std::string name;
    RunId run;          // none: shared by all runs that name it
    bool open = true;   // false while its run is loading, or after that run was ended as a whole
    bool ruled = false; // for the tasks with rules; they stand in lines (docs/decisions/0005)
};

struct WorkerRow {
    WorkerId id;
    std::string name;
    std::string host;
    std::string process;   // of an attached one (base/process_id.h)
    bool attached = false; // its process holds a session of this database, and so its death shows
    Time registered_at;
    Time until;               // its leases are rescued after this, unless extended
    std::string serves = {};  // JSON array of queues and prefixes; empty: it has not said
    std::string load = {};    // JSON: places, taken, overdue, deferred; likewise
    std::string address = {}; // where other servers reach its server; empty: nowhere
};

enum class OutputState : std::uint8_t {
    registered, // the upload may be under way
    uploaded,
    doomed, // of an attempt that did not succeed: the object is to be removed, then the row; until
            // updated_at somebody is doing so, or the attempt may still be uploading
};

// A file that an attempt puts into the egress of a run.
struct OutputRow {
    RunId run;
    std::string path; // relative to the egress, arbitrary bytes
    TaskId task;
    int attempt = 0;
    OutputState state = OutputState::registered;
    Time created_at;
    Time updated_at;
};

enum class KeyRole : std::uint8_t { read, write, admin };

struct KeyRow {
    KeyId id;
    std::string name;
    std::string hash; // SHA-256 of the secret, hexadecimal
    KeyRole role = KeyRole::write;
    Time created_at;
    std::optional<Time> revoked_at;
};

} // namespace sluice
