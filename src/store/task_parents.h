// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "model/state.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// The tasks whose ends a task of a workflow is told: those whose outputs make its input, in the
// order in which they were declared, and then those that only its rule names.
template <class Task>
struct ParentLists {
    std::vector<Task> dependencies;
    std::vector<Task> named;

    bool empty() const { return dependencies.empty() && named.empty(); }
    friend bool operator==(const ParentLists&, const ParentLists&) = default;
};

using NewParents = ParentLists<std::uint32_t>; // by their places in the submission
using TaskParents = ParentLists<TaskId>;

// How a parent has ended. The attempt says whether an output that is remembered is still the one.
struct ParentEnd {
    TaskId task;
    TaskState outcome = TaskState::succeeded;
    int attempt = 0;

    friend bool operator==(const ParentEnd&, const ParentEnd&) = default;
};

using ParentEnds = ParentLists<ParentEnd>;

// The form in the database (task.parents): "12,13;11"; "" for none.
std::string format_parents(const TaskParents& parents);
Result<TaskParents> parse_parents(std::string_view text);

} // namespace sluice
