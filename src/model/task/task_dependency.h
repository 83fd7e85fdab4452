// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/kinds.h"
#include "model/link.h"

#include <string>

namespace sluice {

inline constexpr std::size_t local_id_bytes_max = 255; // of the client's own ids

// Who must have ended, and how, before a task starts.
struct TaskDependency {
    std::string local; // `id` of an earlier task of the same request
    std::string task;  // or the UUID of an existing task
    LinkCondition condition = LinkCondition::on_success;

    // A task that waits for a failure is not failed by a success.
    Unmet unmet() const
    {
        return condition == LinkCondition::on_failure ? Unmet::skip : Unmet::fail;
    }
    friend bool operator==(const TaskDependency&, const TaskDependency&) = default;
};

// How a dependency is written: {"id": …} or {"task_id": …}, with "condition" or, as older clients
// have it, "requires_success".
struct TaskDependencyKind {
    void read(const Value& value, TaskDependency& out) const;
    Json schema() const;
};

} // namespace sluice
