// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/schedule_rows.h"
#include "store/sqlite/connection.h"

namespace sluice::sqlite {

// The rows as the statements name their columns, from left to right.
ScheduleRow read_schedule(Row& row);
StoredSchedule read_stored_schedule(Row& row);
TickRow read_tick(Row& row);

} // namespace sluice::sqlite
