// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/execution_rows.h"

#include <cstddef>
#include <string>
#include <vector>

namespace sluice {

// The writes of workflows in code, as values; see requests.h. What they share with all tasks are
// members of Submit, Claim, Finish, GiveBack and RetryTasks.

// Versions of workflows that a program has registered: each is the current one from now on. A
// version that exists keeps its graph. In the order given: the row, and which version was the
// current one before (empty: none, or this one).
struct DeclareWorkflows {
    struct Declaration {
        std::string workflow_namespace;
        std::string version;
        std::string graph;
    };
    struct Declared {
        WorkflowRow row; // without the graph
        std::string version_before;
    };
    using Reply = std::vector<Declared>;
    std::vector<Declaration> workflows;
};

// Of a submission of the kind `execution`.
struct NewExecution {
    WorkflowId workflow;
    std::string context; // JSON; empty: the empty one
};

// An attempt waits by itself, without a place: the clock of its timeout stands still, and a rescue
// or a hand-back meanwhile is none of those that are counted. `goes_on`: the clock runs on from
// where it stood; of a paused task when it is resumed. A repeated call changes nothing. Errors:
// conflict (superseded).
struct Defer {
    using Reply = bool;
    enum class To : std::uint8_t { waits, goes_on };
    TaskId task;
    RunId run;
    int attempt = 0;
    WorkerId worker;
    To to = To::waits;
};

// What a worker says of itself: written when it changes (see Worker::describe()).
// Errors: not_found (the worker is not registered any more).
struct DescribeWorker {
    using Reply = bool;
    WorkerId worker;
    std::string serves; // JSON array of queues and prefixes
    std::string load;   // JSON: places, taken, overdue, deferred
};

// Pending tasks that no living process knows how to run fail for good, with the reason: those that
// are due in the queues, and those that are named, due or not. What is paused or waits for parents
// is left alone. Runs that another process has locked are passed over. The reply: how many failed.
struct Abandon {
    using Reply = std::size_t;
    std::vector<std::string> queues;
    std::vector<TaskId> named;
    std::string reason; // "ABANDONED: …"
    std::size_t limit = 1000;
};

} // namespace sluice
