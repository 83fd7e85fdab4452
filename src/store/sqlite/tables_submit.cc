// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/collect.h"
#include "store/sqlite/tables.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

namespace {

std::string_view name(Tables::Sequence sequence)
{
    switch (sequence) {
    case Tables::Sequence::run:
        return "run";
    case Tables::Sequence::task:
        return "task";
    case Tables::Sequence::queue:
        return "queue";
    case Tables::Sequence::worker:
        return "worker";
    case Tables::Sequence::signature:
        return "signature";
    case Tables::Sequence::delivery:
        return "delivery";
    case Tables::Sequence::schedule:
        return "schedule";
    case Tables::Sequence::definition:
        return "definition";
    case Tables::Sequence::workflow:
        return "workflow";
    case Tables::Sequence::key:
        break;
    }
    return "key";
}

Tables::Request read_request(Row& row)
{
    Tables::Request request;
    row.into(request.key);
    row.into(request.body_hash);
    row.into(request.run);
    row.into(request.created_at);
    return request;
}

// The order of insert_ready, insert_timer and insert_held up to where they differ.
template <class... More>
void insert_place(Prepared& insert, const Place& place, const More&... more)
{
    insert.run(
        place.task, place.run, place.queue, place.nprio, place.attempt, place.tries, place.rescues,
        more...
    );
}

} // namespace

std::vector<std::int64_t> SqliteTables::next_ids(Sequence sequence, std::size_t count)
{
    std::vector<std::int64_t> ids(count);
    const auto first =
        find(connection_.prepared(sql::next_id), read_value<std::int64_t>, name(sequence));
    connection_.prepared(sql::take_ids).run(count, name(sequence));
    for (std::size_t i = 0; i < count; ++i)
        ids[i] = first.value() + static_cast<std::int64_t>(i);
    return ids;
}

void SqliteTables::insert_runs(std::span<const RunRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_run);
    for (const RunRow& row : rows)
        insert.run(
            row.id, row.kind, row.state, row.ending, row.linked, row.staged, row.sweep,
            row.counts.total, row.counts.succeeded, row.counts.failed, row.counts.canceled,
            row.counts.skipped, row.task_first, row.task_last, row.created_at, row.finished_at,
            row.expires_at
        );
}

void SqliteTables::insert_run_details(std::span<const RunDetail> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_run_detail);
    for (const RunDetail& row : rows)
        insert.run(row.run, row.name, row.spec, row.actor, row.origin, row.error);
}

void SqliteTables::insert_tasks(std::span<const TaskRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_task);
    for (const TaskRow& row : rows)
        insert.run(
            row.id, row.run, row.queue, row.nprio, row.timeout, row.retry, row.name, row.payload,
            row.parents
        );
}

void SqliteTables::insert_needs(std::span<const NeedRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_need);
    for (const NeedRow& row : rows)
        insert.run(
            row.task, row.run, row.queue, row.nprio, row.unfinished, row.attempt, row.run_at
        );
}

void SqliteTables::insert_links(std::span<const LinkRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_link);
    for (const LinkRow& row : rows)
        insert.run(row.parent, row.child, row.condition, row.unmet);
}

void SqliteTables::insert_ready(std::span<const Place> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_ready);
    for (const Place& row : rows)
        insert_place(insert, row);
}

void SqliteTables::insert_timers(std::span<const Place> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_timer);
    for (const Place& row : rows)
        insert_place(insert, row, row.run_at);
}

void SqliteTables::insert_held(std::span<const Place> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_held);
    for (const Place& row : rows)
        insert_place(insert, row, row.run_at);
}

void SqliteTables::insert_events(std::span<const EventRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_event);
    for (const EventRow& row : rows)
        insert.run(
            row.at, row.run, row.task, row.kind, row.actor, row.detail, row.object, row.object_id
        );
}

std::size_t SqliteTables::delete_events(Time before, std::size_t limit)
{
    std::size_t deleted = 0;
    connection_.prepared(sql::delete_events).rows([&](Row&) { ++deleted; }, before, limit);
    return deleted;
}

std::optional<Tables::Request> SqliteTables::find_request(std::string_view key)
{
    return find(connection_.prepared(sql::find_request), read_request, key);
}

void SqliteTables::insert_request(const Request& request)
{
    connection_.prepared(sql::insert_request)
        .run(request.key, request.body_hash, request.run, request.created_at);
}

bool SqliteTables::is_published(RunId run)
{
    return find(connection_.prepared(sql::is_published), read_value<bool>, run).value_or(false);
}

std::optional<RunId> SqliteTables::find_run_named(std::string_view run_name)
{
    return find(connection_.prepared(sql::find_run_named), read_value<RunId>, run_name);
}

} // namespace sluice::sqlite
