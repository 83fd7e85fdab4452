// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/reads.h"
#include "store/sqlite/connection.h"

namespace sluice::sqlite {

// The rows of one task where a statement joins them all, as their columns follow each other there.
// Those of a row that does not exist are all NULL, which shows in one that it always has.
void add_done(Row& row, Reads::Task& task);
void add_place(Row& row, Reads::Task& task); // of held, timer or ready
void add_need(Row& row, Reads::Task& task);
void add_lease(Row& row, Reads::Task& task);

// `run`: the state of its run.
TaskState joined_state(const Reads::Task& task, RunState run, bool is_held);

} // namespace sluice::sqlite
