// SPDX-License-Identifier: Apache-2.0
// outputs.sql, keys.sql
#include "store/postgres/codec.h"
#include "store/postgres/tables.h"
#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

namespace {

// Which rows are meant, up to their state.
Params output_keys(std::span<const OutputRow> rows)
{
    Params params;
    params.array(rows, &OutputRow::run);
    params.array(rows, [](const OutputRow& row) { return Bytes{row.path}; });
    params.array(rows, &OutputRow::task).array(rows, &OutputRow::attempt);
    params.array(rows, &OutputRow::state);
    return params;
}

} // namespace

std::vector<OutputRow> PostgresTables::outputs_at(RunId run, std::span<const std::string> paths)
{
    if (paths.empty())
        return {};
    Params params;
    params.add(run).array(paths, [](const std::string& path) { return Bytes{path}; });
    return connection_.query(sql::outputs_at, params).all(read_output);
}

std::vector<OutputRow> PostgresTables::outputs_of(RunId run, std::span<const TaskId> tasks)
{
    if (tasks.empty())
        return {};
    Params params;
    params.add(run).array(tasks, std::identity());
    return connection_.query(sql::outputs_of, params).all(read_output);
}

std::vector<OutputRow> PostgresTables::doomed_outputs(Time now, std::size_t limit)
{
    Params params;
    params.add(now).add(limit_of(limit));
    return connection_.query(sql::doomed_outputs, params).all(read_output);
}

std::optional<Time> PostgresTables::next_doomed(Time after)
{
    Params params;
    params.add(after);
    return connection_.query(sql::next_doomed, params)
        .value<std::optional<Time>>()
        .value_or(std::nullopt);
}

void PostgresTables::insert_outputs(std::span<const OutputRow> rows)
{
    Params params = output_keys(rows);
    params.array(rows, &OutputRow::created_at).array(rows, &OutputRow::updated_at);
    connection_.queue(sql::insert_outputs, params);
}

void PostgresTables::update_outputs(std::span<const OutputRow> rows)
{
    Params params = output_keys(rows);
    params.array(rows, &OutputRow::updated_at);
    connection_.queue(sql::update_outputs, params);
}

void PostgresTables::delete_outputs(std::span<const OutputRow> rows)
{
    Params params = output_keys(rows);
    params.array(rows, &OutputRow::updated_at);
    connection_.queue(sql::delete_outputs, params);
}

void PostgresTables::insert_key(const KeyRow& row)
{
    Params params;
    params.add(row.id).add(Text{"key.name", row.name}).add(Text{"key.hash", row.hash});
    params.add(row.role).add(row.created_at).add(row.revoked_at);
    connection_.queue(sql::insert_key, params);
}

bool PostgresTables::revoke_key(std::string_view name, Time now)
{
    Params params;
    params.add(now).add(Text{"key.name", name});
    return connection_.query(sql::revoke_key, params).size() > 0;
}

} // namespace sluice::postgres
