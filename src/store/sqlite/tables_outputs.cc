// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/tables.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

std::vector<OutputRow> SqliteTables::outputs_at(RunId run, std::span<const std::string> paths)
{
    std::vector<OutputRow> rows;
    Prepared& select = connection_.prepared(sql::output_at);
    for (const std::string& path : paths)
        collect_into(rows, select, read_output, run, Blob{path});
    return rows;
}

std::vector<OutputRow> SqliteTables::outputs_of(RunId run, std::span<const TaskId> tasks)
{
    std::vector<OutputRow> rows;
    Prepared& select = connection_.prepared(sql::outputs_of_task);
    for (const TaskId task : tasks)
        collect_into(rows, select, read_output, run, task);
    return rows;
}

std::vector<OutputRow> SqliteTables::doomed_outputs(Time now, std::size_t limit)
{
    return collect(connection_.prepared(sql::doomed_outputs), read_output, now, limit);
}

std::optional<Time> SqliteTables::next_doomed(Time after)
{
    return find(connection_.prepared(sql::next_doomed), read_value<std::optional<Time>>, after)
        .value_or(std::nullopt);
}

void SqliteTables::insert_outputs(std::span<const OutputRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_output);
    for (const OutputRow& row : rows)
        insert.run(
            row.run, Blob{row.path}, row.task, row.attempt, row.state, row.created_at,
            row.updated_at
        );
}

void SqliteTables::update_outputs(std::span<const OutputRow> rows)
{
    Prepared& update = connection_.prepared(sql::update_output);
    for (const OutputRow& row : rows)
        update.run(row.task, row.attempt, row.state, row.updated_at, row.run, Blob{row.path});
}

void SqliteTables::delete_outputs(std::span<const OutputRow> rows)
{
    Prepared& remove = connection_.prepared(sql::delete_output);
    for (const OutputRow& row : rows)
        remove.run(row.run, Blob{row.path}, row.task, row.attempt, row.state, row.updated_at);
}

} // namespace sluice::sqlite
