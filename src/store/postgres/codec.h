// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/rows.h"
#include "store/reads.h"
#include "store/rows.h"
#include "store/tables.h"

namespace sluice::postgres {

// The rows as the statements name their columns, from left to right.
RunRow read_run(Row& row);
RunRow read_locked_run(Row& row);
TaskRow read_task(Row& row);
TaskRow read_whole_task(Row& row);
NeedRow read_need(Row& row);
NeedRow read_need_with_pause(Row& row);
Place read_place(Row& row); // without run_at
Place read_place_with_time(Row& row);
LeaseRow read_lease(Row& row);
DoneRow read_done(Row& row);
AttemptRow read_attempt(Row& row);
LinkRow read_link(Row& row);
EventRow read_event(Row& row);
QueueRow read_queue(Row& row);
WorkerRow read_worker(Row& row);
OutputRow read_output(Row& row);
KeyRow read_key(Row& row);
Tables::LeaseKey read_lease_key(Row& row);
Tables::QueueMark read_mark(Row& row);
Reads::Run read_run_with_detail(Row& row);
Reads::Task read_task_now(Row& row); // those columns that service_task has, too
Reads::Task read_whole_task_now(Row& row);

} // namespace sluice::postgres
