// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/schedule_reads.h"

#include "store/postgres/schedule_codec.h"
#include "store/postgres/tables.h"

#include "store/postgres_sql.h"

namespace sluice::postgres {

std::optional<StoredSchedule> PostgresScheduleReads::schedule(ScheduleId id)
{
    Params params;
    params.add(id);
    return connection_.query(sql::view_schedule, params).first(read_stored_schedule);
}

std::vector<StoredSchedule> PostgresScheduleReads::schedules(const Filter& filter)
{
    Params params;
    params.add(filter.enabled).add(Text{"name", filter.name_part});
    params.add(limit_of(filter.limit)).add(limit_of(filter.skip));
    return connection_.query(sql::list_schedules, params).all(read_stored_schedule);
}

std::vector<TickRow>
PostgresScheduleReads::ticks(ScheduleId id, std::size_t skip, std::size_t limit)
{
    Params params;
    params.add(id).add(limit_of(limit)).add(limit_of(skip));
    return connection_.query(sql::list_ticks, params).all(read_tick);
}

std::optional<Time> PostgresScheduleReads::next_due()
{
    return connection_.query(sql::next_schedule_due)
        .value<std::optional<Time>>()
        .value_or(std::nullopt);
}

} // namespace sluice::postgres
