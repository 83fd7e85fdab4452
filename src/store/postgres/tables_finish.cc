// SPDX-License-Identifier: Apache-2.0
// runs.sql, finish.sql, links.sql
#include "store/postgres/codec.h"
#include "store/postgres/tables.h"
#include "store/postgres_sql.h"

#include <algorithm>
#include <functional>
#include <set>

namespace sluice::postgres {

namespace {

template <class Tag>
Params ids_param(std::span<const Id<Tag>> ids)
{
    Params params;
    params.array(ids, std::identity());
    return params;
}

} // namespace

std::vector<RunRow> PostgresTables::lock_runs(std::span<const RunId> ids, Wait wait)
{
    if (ids.empty())
        return {};
    const Statement& statement = wait == Wait::wait ? sql::lock_runs_wait : sql::lock_runs_free;
    return connection_.query(statement, ids_param(ids)).all(read_locked_run);
}

void PostgresTables::update_runs(std::span<const RunRow> rows)
{
    Params params;
    params.array(rows, &RunRow::id).array(rows, &RunRow::state).array(rows, &RunRow::ending);
    params.array(rows, &RunRow::linked).array(rows, &RunRow::sweep);
    params.array(rows, [](const RunRow& row) { return row.counts.total; });
    params.array(rows, [](const RunRow& row) { return row.counts.succeeded; });
    params.array(rows, [](const RunRow& row) { return row.counts.failed; });
    params.array(rows, [](const RunRow& row) { return row.counts.canceled; });
    params.array(rows, [](const RunRow& row) { return row.counts.skipped; });
    params.array(rows, &RunRow::task_first).array(rows, &RunRow::task_last);
    params.array(rows, &RunRow::finished_at).array(rows, &RunRow::expires_at);
    connection_.queue(sql::update_runs, params);
}

void PostgresTables::set_run_error(RunId run, std::string_view error)
{
    Params params;
    params.add(run).add(Text{"run.error", error});
    connection_.queue(sql::set_run_error, params);
}

std::string PostgresTables::run_error(RunId run)
{
    Params params;
    params.add(run);
    return connection_.query(sql::run_error, params).value<std::string>().value_or("");
}

void PostgresTables::delete_run(const RunRow& run)
{
    Params params;
    params.add(run.id);
    connection_.queue(sql::delete_run, params);
}

std::vector<LeaseRow> PostgresTables::take_leases(std::span<const LeaseKey> keys)
{
    if (keys.empty())
        return {};
    Params params;
    params.array(keys, &LeaseKey::task).array(keys, &LeaseKey::attempt);
    params.array(keys, &LeaseKey::worker);
    return connection_.query(sql::take_leases, params).all(read_lease);
}

void PostgresTables::update_leases(std::span<const LeaseRow> rows)
{
    Params params;
    params.array(rows, [](const LeaseRow& row) { return row.place.task; });
    params.array(rows, [](const LeaseRow& row) { return row.place.attempt; });
    params.array(rows, &LeaseRow::owner).array(rows, &LeaseRow::started_at);
    params.array(rows, &LeaseRow::expires_at).array(rows, &LeaseRow::paused_left);
    params.array(rows, &LeaseRow::deferred_left);
    connection_.queue(sql::update_leases, params);
}

void PostgresTables::insert_done(std::span<const DoneRow> rows)
{
    Params params;
    params.array(rows, &DoneRow::task).array(rows, &DoneRow::run).array(rows, &DoneRow::outcome);
    params.array(rows, &DoneRow::attempt).array(rows, &DoneRow::tries);
    params.array(rows, &DoneRow::worker).array(rows, &DoneRow::claimed_at);
    params.array(rows, &DoneRow::started_at).array(rows, &DoneRow::finished_at);
    params.texts("done.result", rows, &DoneRow::result, Params::Empty::is_null);
    params.texts("done.error", rows, &DoneRow::error, Params::Empty::is_null);
    connection_.queue(sql::insert_done, params);
}

void PostgresTables::insert_attempts(std::span<const AttemptRow> rows)
{
    Params params;
    params.array(rows, &AttemptRow::task).array(rows, &AttemptRow::attempt);
    params.array(rows, &AttemptRow::end).array(rows, &AttemptRow::worker);
    params.array(rows, &AttemptRow::claimed_at).array(rows, &AttemptRow::started_at);
    params.array(rows, &AttemptRow::finished_at);
    params.texts("attempt.error", rows, &AttemptRow::error, Params::Empty::is_null);
    connection_.queue(sql::insert_attempts, params);
}

std::vector<DoneRow> PostgresTables::done(std::span<const TaskId> ids)
{
    if (ids.empty())
        return {};
    return connection_.query(sql::done, ids_param(ids)).all(read_done);
}

std::vector<DoneRow> PostgresTables::take_done(std::span<const TaskId> ids)
{
    if (ids.empty())
        return {};
    return connection_.query(sql::take_done, ids_param(ids)).all(read_done);
}

std::vector<LinkRow> PostgresTables::links_from(std::span<const TaskId> parents)
{
    if (parents.empty())
        return {};
    const auto is_asked = [this](TaskId id) {
        return std::ranges::binary_search(links_.parents, id);
    };
    if (!std::ranges::all_of(parents, is_asked))
        return connection_.query(sql::links_from, ids_param(parents)).all(read_link);
    std::vector<LinkRow> links = connection_.wait_for(links_.answer).all(read_link);
    const std::set<TaskId> wanted(parents.begin(), parents.end());
    std::erase_if(links, [&](const LinkRow& link) { return !wanted.contains(link.parent); });
    return links;
}

void PostgresTables::expect_links(std::span<const TaskId> parents)
{
    links_ = {.parents = {parents.begin(), parents.end()}, .answer = {}};
    std::ranges::sort(links_.parents);
    connection_.queue(sql::links_from, ids_param(parents), &links_.answer);
}

std::vector<LinkRow> PostgresTables::links_to(const RunRow& run, std::span<const TaskId> children)
{
    if (children.empty())
        return {};
    Params params;
    params.add(run.task_first).add(run.task_last).array(children, std::identity());
    return connection_.query(sql::links_to, params).all(read_link);
}

std::vector<NeedRow> PostgresTables::subtract_needs(std::span<const NeedChange> changes)
{
    if (changes.empty())
        return {};
    Params params;
    params.array(changes, &NeedChange::task).array(changes, &NeedChange::finished);
    return connection_.query(sql::subtract_needs, params).all(read_need_with_pause);
}

void PostgresTables::delete_needs(std::span<const TaskId> ids)
{
    if (!ids.empty())
        connection_.queue(sql::delete_needs, ids_param(ids));
}

} // namespace sluice::postgres
