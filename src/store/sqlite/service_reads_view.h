// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/service_reads.h"
#include "store/sqlite/connection.h"

#include <vector>

namespace sluice::sqlite {

// The tasks with these ids (ascending) that are to be seen, by id. The snapshot is the caller's.
std::vector<TaskView> load_views(Connection& connection, const std::vector<TaskId>& ids);

} // namespace sluice::sqlite
