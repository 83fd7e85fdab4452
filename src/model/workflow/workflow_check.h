// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/workflow/workflow_definition.h"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// Everything that keeps a definition from being a workflow, each as one line for people; none: it
// is good. Names that are bad or stand twice, no tasks, dependencies that do not exist (with the
// nearest name) or stand twice, cycles as paths in the direction of the data, rules that name what
// is no ancestor.
std::vector<std::string> definition_problems(const WorkflowDefinition& definition);

// A problem of a document as people know its tasks: "tasks[2].retry.jitter" is
// "task 'load': retry.jitter". Tasks without an id keep their number.
std::string told_of_task(const Json& document, const Problem& problem);

// " (did you mean 'extract'?)", or nothing: tasks and workflows are too many to be listed.
std::string near_name(std::string_view word, const std::vector<std::string>& names);

// One task of a definition by its id; of two the first. Errors: not_found, with the nearest name.
Result<std::size_t> find_task(const WorkflowDefinition& definition, std::string_view id);

} // namespace sluice
