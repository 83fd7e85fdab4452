// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/state.h"

#include <string>
#include <vector>

namespace sluice {

// Selects tasks: those of a kind and status whose metadata has the values that the task itself has
// under `fields`. No fields: whatever the metadata.
struct TaskMatcher {
    TaskState status = TaskState::running;
    std::string kind;
    std::vector<std::string> fields;

    friend bool operator==(const TaskMatcher&, const TaskMatcher&) = default;
};

} // namespace sluice
