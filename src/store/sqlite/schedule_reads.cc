// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schedule_reads.h"

#include "store/sqlite/collect.h"
#include "store/sqlite/schedule_codec.h"
#include "store/sqlite/snapshot.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

std::optional<StoredSchedule> SqliteScheduleReads::schedule(ScheduleId id)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::view_schedule), read_stored_schedule, id);
}

std::vector<StoredSchedule> SqliteScheduleReads::schedules(const Filter& filter)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(
        connection_.prepared(sql::list_schedules), read_stored_schedule, filter.enabled,
        filter.name_part, filter.limit, filter.skip
    );
}

std::vector<TickRow> SqliteScheduleReads::ticks(ScheduleId id, std::size_t skip, std::size_t limit)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::list_ticks), read_tick, id, limit, skip);
}

std::optional<Time> SqliteScheduleReads::next_due()
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::next_schedule_due), read_value<std::optional<Time>>)
        .value_or(std::nullopt);
}

} // namespace sluice::sqlite
