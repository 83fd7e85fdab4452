// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// Names of workflows and tasks: `tenant::package::workflow::task`, each part checked by
// `name_problem`, so that a full name has one reading only.

inline constexpr std::size_t name_part_bytes_max = 64;

struct WorkflowNamespace {
    std::string tenant = "public";
    std::string package = "embedded";
    std::string workflow = {};

    std::string text() const; // "public::embedded::etl"
    friend bool operator==(const WorkflowNamespace&, const WorkflowNamespace&) = default;
};

struct TaskNamespace {
    WorkflowNamespace workflow = {};
    std::string task = {}; // empty: the workflow itself, seen as the parent of its tasks

    std::string text() const; // "public::embedded::etl::extract"
    TaskNamespace parent() const;
    bool is_child_of(const TaskNamespace& other) const;
    bool is_sibling_of(const TaskNamespace& other) const; // another task of the same workflow
    friend bool operator==(const TaskNamespace&, const TaskNamespace&) = default;
};

// What is wrong with one part of a name, or nothing. `what` is how the message calls it: "task id".
std::optional<std::string> name_problem(std::string_view what, std::string_view name);

// Read full names. Errors (invalid): another number of parts, or what name_problem says.
Result<WorkflowNamespace> parse_workflow_namespace(std::string_view text);
Result<TaskNamespace> parse_task_namespace(std::string_view text);

// The queue in which the tasks of a workflow stand, and back; nothing for a queue of another kind.
std::string workflow_queue(const WorkflowNamespace& name);
std::optional<WorkflowNamespace> workflow_of_queue(std::string_view queue);

} // namespace sluice
