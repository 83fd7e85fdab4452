// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <optional>
#include <string>
#include <vector>

namespace sluice {

// A task that reaches a final state now, with what its done row will say.
struct Ended {
    TaskId task;
    RunId run;
    TaskState from = TaskState::pending;
    QueueId queue;
    TaskState outcome = TaskState::succeeded;
    int attempt = 0;
    int tries = 0;
    WorkerId worker;
    std::optional<Time> claimed_at;
    std::optional<Time> started_at;
    std::string result;
    std::string error;
    bool tells_target = false;   // who works at it learns that it can stop
    bool never_began = false;    // nobody could be told to start it
    bool was_paused = false;     // while it waited, and a user has canceled it
    bool spares_parents = false; // a barrier: its end makes no dead ends
};

// A task that has ended, as others see it that hang on it.
struct Parent {
    TaskId task;
    RunId run;
    TaskState outcome = TaskState::succeeded;
    Time run_created_at;
};

Ended ended(const LeaseRow& lease, TaskState outcome);
Ended ended(const Place& place, TaskState from, TaskState outcome);
Ended ended(const NeedRow& need, TaskState outcome);

// Writes the ends and everything that follows from them in this transaction: counters of the runs,
// children that are released, failed or skipped, level by level. The runs are locked.
void end_tasks(WriteContext& context, std::vector<Ended> tasks);

// The attempt that held `lease` has failed: it is tried again as its policy says, or the task ends.
struct FailedAttempt {
    LeaseRow lease;
    FailureKind kind = FailureKind::reported;
    std::string error;
    std::string result{};      // kept when the task ends
    bool is_transient = false; // as Finish
    std::optional<Micros> retry_after{};
};
// Per attempt, in order: when it will be tried again; nothing: the task has failed for good.
std::vector<std::optional<Time>>
fail_attempts(WriteContext& context, std::vector<FailedAttempt> attempts);

// Ends the leased attempts that the reports are about; their runs are locked. Nothing for a report
// whose lease is not there to be taken: it is late, repeated or superseded.
std::vector<std::optional<Finished>>
end_attempts(WriteContext& context, std::span<Finish* const> reports);

// The answer to a report of an attempt that does not hold the task.
Error superseded(int attempt);

// A webhook that no target has accepted yet: whoever claims the task next sends it again, as the
// same attempt and with the same key.
bool keeps_attempt(WriteContext& context, const LeaseRow& lease);

// The attempt goes back without using up a try.
Place given_back(const LeaseRow& lease);
AttemptRow attempt_row(const LeaseRow& lease, AttemptEnd end, Time now, std::string error);

// Whether the attempt of the request is the one that holds the task, by the request's worker if it
// names one. The run is locked.
template <class Request>
bool holds_lease(WriteContext& context, const Request& request)
{
    const RunRow& run = context.runs.at(request.run);
    const std::vector<LeaseRow> leases = context.tables.leases({&run, {&request.task, 1}});
    return !run.sweep && !leases.empty() && leases.front().place.attempt == request.attempt &&
           (!request.worker || leases.front().worker == request.worker);
}

// What an attempt that did not succeed has put into the egress is to be removed, as soon as it
// cannot upload any more.
void doom_outputs(WriteContext& context, RunId run, std::vector<TaskId> tasks);

} // namespace sluice
