// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/workflow/workflow_definition.h"
#include "workflows/task_body.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// A workflow with its bodies, as a program has registered it. Immutable; it lives as long as it is
// registered somewhere or an attempt of it runs.
struct WorkflowRegistration {
    WorkflowDefinition definition;                 // without problems (workflow_check.h)
    std::string version;                           // workflow_version()
    std::vector<std::string> aliases = {};         // further names besides both of the definition
    std::vector<std::shared_ptr<TaskBody>> bodies; // for each task, in the definition's order
};

using RegisteredWorkflow = std::shared_ptr<const WorkflowRegistration>;

// A function that says when runs are to start.
struct TriggerRegistration {
    std::string name;          // 1 to 255 bytes; what makes two of them the same
    std::string workflow = {}; // what it starts, as the program has named it; empty: never asked
    Micros interval = std::chrono::seconds(30); // at least 10 ms
    std::string cron = {};                      // asked at these times instead
    std::string timezone = "UTC";
    bool allow_concurrent = false;

    // On a body thread that takes no slot, one call at a time. Nothing: skip; else the context to
    // fire with, as write_context() makes it. What it throws (std::exception or not) is logged and
    // counted, and it is asked again.
    std::function<std::optional<std::string>()> poll;
};

using RegisteredTrigger = std::shared_ptr<const TriggerRegistration>;

} // namespace sluice
