// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/execution_rows.h"
#include "store/postgres/rows.h"

namespace sluice::postgres {

// The rows as the statements name their columns, from left to right.
WorkflowRow read_workflow(Row& row); // without the graph

} // namespace sluice::postgres
