// SPDX-License-Identifier: Apache-2.0
// duties.sql, workers.sql
#include "store/postgres/codec.h"
#include "store/postgres/tables.h"
#include "store/postgres_sql.h"

namespace sluice::postgres {

std::vector<Place> PostgresTables::take_due_timers(Time now, std::size_t limit)
{
    Params params;
    params.add(now).add(limit_of(limit));
    return connection_.query(sql::take_due_timers, params).all(read_place_with_time);
}

std::vector<LeaseRow> PostgresTables::expired_leases(Time now, std::size_t limit)
{
    Params params;
    params.add(now).add(limit_of(limit));
    return connection_.query(sql::expired_leases, params).all(read_lease);
}

std::vector<RunId> PostgresTables::expired_runs(Time now, std::size_t limit)
{
    Params params;
    params.add(now).add(limit_of(limit));
    return connection_.query(sql::expired_runs, params).column<RunId>();
}

std::vector<RunId> PostgresTables::sweepable_runs(std::size_t limit)
{
    Params params;
    params.add(limit_of(limit));
    return connection_.query(sql::sweepable_runs, params).column<RunId>();
}

std::vector<LeaseRow> PostgresTables::abandoned_leases(Time before, std::size_t limit)
{
    Params params;
    params.add(before).add(limit_of(limit));
    return connection_.query(sql::abandoned_leases, params).all(read_lease);
}

void PostgresTables::forget_workers(Time before)
{
    Params params;
    params.add(before);
    connection_.queue(sql::forget_workers, params);
}

std::vector<RunId> PostgresTables::abandoned_loads(Time before)
{
    Params params;
    params.add(before);
    return connection_.query(sql::abandoned_loads, params).column<RunId>();
}

std::vector<Tables::TaskOfRun>
PostgresTables::first_tasks(std::span<const RunRow> runs, std::size_t limit)
{
    if (runs.empty())
        return {};
    Params params;
    params.array(runs, &RunRow::id).add(limit_of(limit));
    return connection_.query(sql::first_tasks, params).all<TaskOfRun>([](Row& row) {
        TaskOfRun task;
        row.into(task.task, task.run);
        return task;
    });
}

void PostgresTables::delete_tasks(std::span<const TaskId> ids)
{
    if (ids.empty())
        return;
    Params params;
    params.array(ids, std::identity());
    const std::vector<DeliveryId> deliveries =
        connection_.query(sql::delete_tasks, params).column<DeliveryId>();
    if (!deliveries.empty())
        service_.delete_owed(deliveries);
}

void PostgresTables::insert_worker(const WorkerRow& row)
{
    Params params;
    params.add(row.id).add(Text{"worker.name", row.name}).add(Text{"worker.host", row.host});
    params.add(Text{"worker.process", row.process});
    params.add(row.attached).add(row.registered_at).add(row.until);
    params.add(Text{"worker.address", row.address});
    connection_.queue(sql::insert_worker, params);
}

void PostgresTables::delete_worker(WorkerId worker)
{
    Params params;
    params.add(worker);
    connection_.queue(sql::delete_worker, params);
}

std::vector<WorkerRow> PostgresTables::workers()
{
    return connection_.query(sql::workers).all(read_worker);
}

std::vector<WorkerId> PostgresTables::set_workers_until(std::span<const Extension> extensions)
{
    if (extensions.empty())
        return {};
    Params params;
    params.array(extensions, &Extension::worker).array(extensions, &Extension::until);
    return connection_.query(sql::set_workers_until, params).column<WorkerId>();
}

std::vector<WorkerId> PostgresTables::describe_workers(std::span<const Description> descriptions)
{
    if (descriptions.empty())
        return {};
    Params params;
    params.array(descriptions, &Description::worker);
    params.texts("worker.serves", descriptions, &Description::serves);
    params.texts("worker.load", descriptions, &Description::load);
    return connection_.query(sql::describe_workers, params).column<WorkerId>();
}

std::vector<Tables::LeaseKey> PostgresTables::leases_held(std::span<const LeaseKey> among)
{
    if (among.empty())
        return {};
    Params params;
    params.array(among, &LeaseKey::task).array(among, &LeaseKey::attempt);
    params.array(among, &LeaseKey::worker);
    return connection_.query(sql::leases_held, params).all(read_lease_key);
}

void PostgresTables::shift_leases(Micros jump)
{
    Params params;
    params.add(jump);
    connection_.queue(sql::shift_leases, params);
}

Micros PostgresTables::clock_jumps()
{
    if (!clock_)
        clock_ = connection_.query(sql::clock_jumps);
    const auto jumps = connection_.wait_for(*clock_).value<Micros>();
    clock_.reset();
    return jumps.value_or(Micros{0});
}

Micros PostgresTables::lock_clock()
{
    return connection_.query(sql::lock_clock).value<Micros>().value_or(Micros{0});
}

void PostgresTables::update_clock(Micros jumps)
{
    Params params;
    params.add(jumps);
    connection_.queue(sql::update_clock, params);
}

} // namespace sluice::postgres
