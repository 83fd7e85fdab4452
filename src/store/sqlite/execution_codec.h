// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/execution_rows.h"
#include "store/sqlite/connection.h"

namespace sluice::sqlite {

// The rows as the statements name their columns, from left to right.
WorkflowRow read_workflow(Row& row); // without the graph

} // namespace sluice::sqlite
