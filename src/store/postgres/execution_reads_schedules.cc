// SPDX-License-Identifier: Apache-2.0
// Schedules and triggers.
#include "store/postgres/execution_reads.h"
#include "store/postgres/schedule_codec.h"
#include "store/postgres/tables.h"

#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

namespace {

ExecutionReads::FiredRun read_fired_run(Row& row)
{
    ExecutionReads::FiredRun fired;
    std::optional<Time> created_at;
    fired.tick = read_tick(row);
    row.into(created_at, fired.run_finished_at);
    fired.run_created_at = created_at.value_or(Time{});
    return fired;
}

ExecutionReads::TickCounts read_counts(Row& row)
{
    ExecutionReads::TickCounts counts;
    row.into(counts.created, counts.failed, counts.skipped);
    return counts;
}

} // namespace

std::optional<StoredSchedule>
PostgresExecutionReads::schedule_with_key(ScheduleKind kind, std::string_view key)
{
    Params params;
    params.add(kind).add(Text{"key", key});
    return connection_.query(sql::schedule_with_key, params).first(read_stored_schedule);
}

std::vector<StoredSchedule> PostgresExecutionReads::schedules(const ScheduleFilter& filter)
{
    Params params;
    params.add(filter.kind).add(filter.enabled);
    params.add(limit_of(filter.limit)).add(limit_of(filter.skip));
    return connection_.query(sql::list_schedules_of, params).all(read_stored_schedule);
}

std::optional<Time>
PostgresExecutionReads::next_due(ScheduleKind kind, std::span<const std::string> keys)
{
    const bool is_by_key = kind == ScheduleKind::trigger;
    Params params;
    if (is_by_key)
        params.texts("key", keys, std::identity());
    else
        params.add(kind);
    return connection_.query(is_by_key ? sql::next_due_of_triggers : sql::next_due_of, params)
        .value<std::optional<Time>>()
        .value_or(std::nullopt);
}

std::vector<ExecutionReads::FiredRun>
PostgresExecutionReads::fired(ScheduleId id, std::size_t skip, std::size_t limit)
{
    Params params;
    params.add(id).add(limit_of(limit)).add(limit_of(skip));
    return connection_.query(sql::list_fires, params).all(read_fired_run);
}

std::vector<TickRow> PostgresExecutionReads::failed_ticks(const FailedTicks& which)
{
    Params params;
    params.add(which.after).add(which.tries_max).add(which.tried_before);
    params.add(limit_of(which.limit));
    return connection_.query(sql::failed_ticks, params).all(read_tick);
}

ExecutionReads::TickCounts PostgresExecutionReads::tick_counts(ScheduleKind kind, Time since)
{
    Params params;
    params.add(kind).add(since);
    return connection_.query(sql::count_ticks, params).first(read_counts).value();
}

} // namespace sluice::postgres
