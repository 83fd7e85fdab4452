// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/task/task_rule.h"
#include "model/validation.h"

#include <map>
#include <string>
#include <vector>

namespace sluice {

struct TaskRequest;

// Where documents name what is stored: {"ref": "<UUID>"}. What is no good reference is passed over
// here: reading the document tells what is wrong with it.
struct Reference {
    std::string path;      // of the id: "tasks[1].on_start.ref"
    std::string id;        // as UUIDs are written
    Json* place = nullptr; // the object
};

// Those of a POST /task instead of actions, within `when` of others too.
std::vector<Reference> action_references(Json& body);

// Those within one action, `path`; itself is not one.
std::vector<Reference> references_within(Json& action, const Path& path);

// Those of a POST /task instead of rules.
std::vector<Reference> rule_references(Json& body);

// What stored rules ask of tasks that name them, which was checked of all other rules when the
// tasks were read.
std::vector<Problem> check_stored_rules(
    const std::vector<TaskRequest>& tasks, const std::map<std::string, TaskRule>& stored
);

} // namespace sluice
