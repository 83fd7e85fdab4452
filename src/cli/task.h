// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "cli/json_view.h"

namespace sluice {

class CliCommand;

// The commands below `task` that are more than one request, each in a file of its name.
void add_task_count(CliCommand& task);
void add_task_create(CliCommand& task);
void add_task_update(CliCommand& task);

// What tasks look like in a list.
Columns task_columns();

// The words for --status, as the server has them.
std::vector<std::string> task_statuses();

// Whether no task of a batch or a group will change any more, by its `status_counts`.
bool all_have_ended(const Json& counted);

} // namespace sluice
