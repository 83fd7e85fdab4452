// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/tables.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

std::vector<RunRow> SqliteTables::lock_runs(std::span<const RunId> ids, Wait)
{
    std::vector<RunRow> rows;
    rows.reserve(ids.size());
    Prepared& lock = connection_.prepared(sql::lock_run);
    for (const RunId id : ids)
        collect_into(rows, lock, read_locked_run, id);
    return rows;
}

void SqliteTables::update_runs(std::span<const RunRow> rows)
{
    Prepared& update = connection_.prepared(sql::update_run);
    for (const RunRow& row : rows)
        update.run(
            row.state, row.ending, row.linked, row.sweep, row.counts.total, row.counts.succeeded,
            row.counts.failed, row.counts.canceled, row.counts.skipped, row.task_first,
            row.task_last, row.finished_at, row.expires_at, row.id
        );
}

void SqliteTables::set_run_error(RunId run, std::string_view error)
{
    connection_.prepared(sql::set_run_error).run(run, error);
}

std::string SqliteTables::run_error(RunId run)
{
    const auto error = find(connection_.prepared(sql::run_error), read_value<std::string>, run);
    return error.value_or("");
}

void SqliteTables::delete_run(const RunRow& run)
{
    connection_.prepared(sql::delete_run_outputs).run(run.id);
    connection_.prepared(sql::delete_run_requests).run(run.id);
    connection_.prepared(sql::delete_run_detail).run(run.id);
    if (run.kind == RunKind::execution)
        connection_.prepared(sql::delete_execution).run(run.id);
    connection_.prepared(sql::delete_run).run(run.id);
}

} // namespace sluice::sqlite
