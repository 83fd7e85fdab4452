// SPDX-License-Identifier: Apache-2.0
// ids.sql, submit.sql
#include "store/postgres/alike.h"
#include "store/postgres/codec.h"
#include "store/postgres/tables.h"
#include "store/postgres_sql.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace sluice::postgres {

namespace {

const Statement& next_ids_of(Tables::Sequence sequence)
{
    switch (sequence) {
    case Tables::Sequence::run:
        return sql::next_run_ids;
    case Tables::Sequence::task:
        return sql::next_task_ids;
    case Tables::Sequence::queue:
        return sql::next_queue_ids;
    case Tables::Sequence::worker:
        return sql::next_worker_ids;
    case Tables::Sequence::signature:
        return sql::next_signature_ids;
    case Tables::Sequence::delivery:
        return sql::next_delivery_ids;
    case Tables::Sequence::schedule:
        return sql::next_schedule_ids;
    case Tables::Sequence::definition:
        return sql::next_definition_ids;
    case Tables::Sequence::workflow:
        return sql::next_workflow_ids;
    case Tables::Sequence::key:
        break;
    }
    return sql::next_key_ids;
}

Params places(std::span<const Place> rows)
{
    Params params;
    params.array(rows, &Place::task).array(rows, &Place::run).array(rows, &Place::queue);
    params.array(rows, [](const Place& row) { return static_cast<std::int16_t>(row.nprio); });
    params.array(rows, &Place::attempt).array(rows, &Place::tries).array(rows, &Place::rescues);
    return params;
}

auto common_of(const RunRow& row)
{
    const RunCounts& counts = row.counts;
    return std::tie(
        row.state, row.ending, row.staged, row.sweep, counts.succeeded, counts.failed,
        counts.canceled, counts.skipped, row.finished_at
    );
}

} // namespace

std::int64_t limit_of(std::size_t limit)
{
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    return static_cast<std::int64_t>(std::min(limit, most));
}

// What an earlier transaction asked for and did not use is forgotten.
void PostgresTables::expect_ids(Sequence sequence, std::size_t count)
{
    AskedIds& asked = ids_[sequence];
    asked.ids.clear();
    Params params;
    params.add(limit_of(count));
    connection_.queue(next_ids_of(sequence), params, &asked.answer.emplace());
}

std::vector<std::int64_t> PostgresTables::next_ids(Sequence sequence, std::size_t count)
{
    using Ids = std::vector<std::int64_t>;
    AskedIds& asked = ids_[sequence];
    if (asked.answer) {
        asked.ids = connection_.wait_for(*asked.answer).value<Ids>().value_or(Ids{});
        asked.answer.reset();
        std::ranges::reverse(asked.ids);
    }
    if (asked.ids.size() < count) {
        Params params;
        params.add(limit_of(count));
        return connection_.query(next_ids_of(sequence), params).value<Ids>().value_or(Ids{});
    }
    Ids taken(asked.ids.rbegin(), asked.ids.rbegin() + static_cast<std::ptrdiff_t>(count));
    asked.ids.resize(asked.ids.size() - count);
    return taken;
}

void PostgresTables::insert_runs(std::span<const RunRow> rows)
{
    for_each_alike(rows, common_of, [this](std::span<const RunRow> alike) {
        Params params;
        params.array(alike, &RunRow::id).array(alike, &RunRow::kind);
        params.array(alike, &RunRow::linked);
        params.array(alike, [](const RunRow& row) { return row.counts.total; });
        params.array(alike, &RunRow::task_first).array(alike, &RunRow::task_last);
        params.array(alike, &RunRow::created_at).array(alike, &RunRow::expires_at);
        const RunRow& one = alike.front();
        params.add(one.state).add(one.ending).add(one.staged).add(one.sweep);
        params.add(one.counts.succeeded).add(one.counts.failed).add(one.counts.canceled);
        params.add(one.counts.skipped).add(one.finished_at);
        connection_.queue(sql::insert_runs, params);
    });
}

void PostgresTables::insert_run_details(std::span<const RunDetail> rows)
{
    Params params;
    params.array(rows, &RunDetail::run);
    params.texts(
        "run.name", rows,
        [](const RunDetail& row) { return row.name ? std::string_view(*row.name) : ""; },
        Params::Empty::is_null
    );
    params.texts("run.spec", rows, &RunDetail::spec);
    params.texts("run.actor", rows, &RunDetail::actor);
    params.array(rows, &RunDetail::origin);
    params.texts("run.error", rows, &RunDetail::error);
    connection_.queue(sql::insert_run_details, params);
}

void PostgresTables::insert_tasks(std::span<const TaskRow> rows)
{
    Params params;
    params.array(rows, &TaskRow::id).array(rows, &TaskRow::run).array(rows, &TaskRow::queue);
    params.array(rows, [](const TaskRow& row) { return static_cast<std::int16_t>(row.nprio); });
    params.array(rows, &TaskRow::timeout);
    params.texts("task.retry", rows, &TaskRow::retry, Params::Empty::is_null);
    params.texts("task.name", rows, &TaskRow::name, Params::Empty::is_null);
    params.texts("task.payload", rows, &TaskRow::payload, Params::Empty::is_null);
    params.texts("task.parents", rows, &TaskRow::parents, Params::Empty::is_null);
    connection_.queue(sql::insert_tasks, params);
}

void PostgresTables::insert_needs(std::span<const NeedRow> rows)
{
    Params params;
    params.array(rows, &NeedRow::task).array(rows, &NeedRow::run).array(rows, &NeedRow::queue);
    params.array(rows, [](const NeedRow& row) { return static_cast<std::int16_t>(row.nprio); });
    params.array(rows, &NeedRow::unfinished).array(rows, &NeedRow::attempt);
    params.array(rows, &NeedRow::run_at);
    connection_.queue(sql::insert_needs, params);
}

void PostgresTables::insert_links(std::span<const LinkRow> rows)
{
    Params params;
    params.array(rows, &LinkRow::parent).array(rows, &LinkRow::child);
    params.array(rows, &LinkRow::condition).array(rows, &LinkRow::unmet);
    connection_.queue(sql::insert_links, params);
}

void PostgresTables::insert_ready(std::span<const Place> rows)
{
    connection_.queue(sql::insert_ready, places(rows));
}

void PostgresTables::insert_timers(std::span<const Place> rows)
{
    connection_.queue(sql::insert_timers, places(rows).array(rows, &Place::run_at));
}

void PostgresTables::insert_held(std::span<const Place> rows)
{
    connection_.queue(sql::insert_held, places(rows).array(rows, &Place::run_at));
}

void PostgresTables::insert_events(std::span<const EventRow> rows)
{
    Params params;
    params.array(rows, &EventRow::at).array(rows, &EventRow::run).array(rows, &EventRow::task);
    params.texts("event.kind", rows, &EventRow::kind);
    params.texts("event.actor", rows, &EventRow::actor);
    params.texts("event.detail", rows, &EventRow::detail);
    params.texts("event.object", rows, &EventRow::object, Params::Empty::is_null);
    params.texts("event.object_id", rows, &EventRow::object_id, Params::Empty::is_null);
    connection_.queue(sql::insert_events, params);
}

std::size_t PostgresTables::delete_events(Time before, std::size_t limit)
{
    Params params;
    params.add(before).add(limit_of(limit));
    const auto deleted = connection_.query(sql::delete_events, params).value<std::int64_t>();
    return static_cast<std::size_t>(deleted.value_or(0));
}

std::optional<Tables::Request> PostgresTables::find_request(std::string_view key)
{
    Params params;
    params.add(Text{"idempotency key", key});
    return connection_.query(sql::find_request, params).first<Request>([](Row& row) {
        Request request;
        row.into(request.key, request.body_hash, request.run, request.created_at);
        return request;
    });
}

void PostgresTables::insert_request(const Request& request)
{
    Params params;
    params.add(Text{"idempotency key", request.key}).add(Text{"body hash", request.body_hash});
    params.add(request.run).add(request.created_at);
    connection_.queue(sql::insert_request, params);
}

bool PostgresTables::is_published(RunId run)
{
    Params params;
    params.add(run);
    return connection_.query(sql::is_published, params).value<bool>().value_or(false);
}

std::optional<RunId> PostgresTables::find_run_named(std::string_view name)
{
    Params params;
    params.add(Text{"run.name", name});
    return connection_.query(sql::find_run_named, params).value<RunId>();
}

} // namespace sluice::postgres
