// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/json_view.h"

namespace sluice {

// What batches and groups look like in a list; `id` is the member with their id.
Columns counted_columns(std::string id);

// The tasks of a batch as a drawing: each below the parents that it waits for.
void show_graph(OutputFormat format, const Json& graph);

} // namespace sluice
