// SPDX-License-Identifier: Apache-2.0
// Schedules and triggers.
#include "store/sqlite/collect.h"
#include "store/sqlite/execution_reads.h"
#include "store/sqlite/schedule_codec.h"
#include "store/sqlite/service_reads_pieces.h"

#include "store/sqlite_sql.h"

#include <algorithm>

namespace sluice::sqlite {

namespace {

ExecutionReads::FiredRun read_fired_run(Row& row)
{
    ExecutionReads::FiredRun fired;
    fired.tick = read_tick(row);
    row.into(fired.run_created_at);
    row.into(fired.run_finished_at);
    return fired;
}

ExecutionReads::TickCounts read_counts(Row& row)
{
    ExecutionReads::TickCounts counts;
    row.into(counts.created);
    row.into(counts.failed);
    row.into(counts.skipped);
    return counts;
}

} // namespace

std::optional<StoredSchedule>
SqliteExecutionReads::schedule_with_key(ScheduleKind kind, std::string_view key)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::schedule_with_key), read_stored_schedule, kind, key);
}

std::vector<StoredSchedule> SqliteExecutionReads::schedules(const ScheduleFilter& filter)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(
        connection_.prepared(sql::list_schedules_of), read_stored_schedule, filter.kind,
        filter.enabled, filter.limit, filter.skip
    );
}

std::optional<Time>
SqliteExecutionReads::next_due(ScheduleKind kind, std::span<const std::string> keys)
{
    const Snapshot snapshot(connection_, gate_);
    if (kind != ScheduleKind::trigger)
        return find(connection_.prepared(sql::next_due_of), read_value<std::optional<Time>>, kind)
            .value_or(std::nullopt);
    std::vector<Time> due;
    Prepared& select = connection_.prepared(sql::next_due_of_trigger);
    for (const std::string& key : keys)
        collect_into(due, select, read_value<Time>, key);
    return due.empty() ? std::nullopt : std::optional(*std::ranges::min_element(due));
}

std::vector<ExecutionReads::FiredRun>
SqliteExecutionReads::fired(ScheduleId id, std::size_t skip, std::size_t limit)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::list_fires), read_fired_run, id, limit, skip);
}

std::vector<TickRow> SqliteExecutionReads::failed_ticks(const FailedTicks& which)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(
        connection_.prepared(sql::failed_ticks), read_tick, which.after, which.tries_max,
        which.tried_before, which.limit
    );
}

// Schedule by schedule, for there may be very many ticks.
ExecutionReads::TickCounts SqliteExecutionReads::tick_counts(ScheduleKind kind, Time since)
{
    constexpr std::size_t page = 1000;
    TickCounts sum;
    Pieces pieces(connection_, gate_);
    for (ScheduleId after;;) {
        const std::vector<ScheduleId> ids = collect(
            pieces.prepared(sql::schedule_ids_of), read_value<ScheduleId>, kind, after, page
        );
        for (const ScheduleId id : ids) {
            const auto counts = find(pieces.prepared(sql::count_ticks), read_counts, id, since);
            sum.created += counts->created;
            sum.failed += counts->failed;
            sum.skipped += counts->skipped;
            pieces.spend(
                static_cast<std::size_t>(counts->created + counts->failed + counts->skipped) + 1
            );
        }
        if (ids.size() < page)
            return sum;
        after = ids.back();
    }
}

} // namespace sluice::sqlite
