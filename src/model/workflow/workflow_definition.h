// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "model/workflow/rule_json.h"
#include "model/workflow/task_namespace.h"
#include "model/workflow/workflow_retry.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// What a program says about a workflow: everything but the bodies. Whether it makes sense is asked
// of workflow_check.h. As a document, in the database and from the Python part:
//
//   {"tenant": "public", "package": "embedded", "workflow": "etl", "description": "",
//    "tags": {"team": "a"},
//    "tasks": [{"id": "load", "dependencies": ["extract"], "fingerprint": "<text>",
//               "retry": <workflow_retry.h>, "rule": <rule_json.h>, "timeout_ms": 5000}]}
//
// `rule` and `timeout_ms` are absent when there is none.

struct WorkflowTask {
    std::string id;
    std::vector<std::string> dependencies = {}; // as declared: the order of the merge
    std::string fingerprint = {};               // of its body
    Retry retry = workflow_retry();
    std::optional<TriggerRule> rule = std::nullopt;
    std::optional<Micros> timeout = std::nullopt; // else the Runner's
};

struct WorkflowDefinition {
    WorkflowNamespace name;
    std::string description = {};
    std::map<std::string, std::string> tags = {};
    std::vector<WorkflowTask> tasks = {}; // in the order of declaration
};

Json definition_json(const WorkflowDefinition& definition);

// What a document says. Unknown members are problems.
Checked<WorkflowDefinition> read_definition(const Json& json);

// A stored document. Errors: corrupt.
Result<WorkflowDefinition> stored_definition(std::string_view text);

} // namespace sluice
