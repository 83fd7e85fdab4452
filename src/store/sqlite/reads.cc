// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/reads.h"

#include "base/process_id.h"
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/snapshot.h"

#include "store/sqlite_sql.h"

#include <limits>

namespace sluice::sqlite {

namespace {

Reads::Run read_whole_run(Row& row)
{
    Reads::Run run;
    run.row = read_run(row);
    run.detail.run = run.row.id;
    row.into(run.detail.name);
    row.into(run.detail.spec);
    row.into(run.detail.actor);
    row.into(run.detail.origin);
    row.into(run.detail.error);
    row.into(run.leased);
    row.into(run.held);
    return run;
}

Reads::KeyedRequest read_keyed_request(Row& row)
{
    Reads::KeyedRequest request;
    row.into(request.body_hash);
    row.into(request.run);
    row.into(request.created_at);
    row.into(request.is_published);
    return request;
}

Reads::Pulse read_pulse(Row& row)
{
    Reads::Pulse pulse;
    row.into(pulse.timer_due);
    row.into(pulse.lease_expires);
    row.into(pulse.run_expires);
    row.into(pulse.worker_until);
    row.into(pulse.has_sweep);
    row.into(pulse.has_loading);
    row.into(pulse.has_settlements);
    row.into(pulse.has_changed_rule);
    return pulse;
}

} // namespace

std::optional<Reads::Run> SqliteReads::run(RunId id)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::read_run), read_whole_run, id);
}

std::optional<RunRow> SqliteReads::run_row(RunId id)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::read_run_row), read_run, id);
}

std::optional<RunId> SqliteReads::run_named(std::string_view name)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::read_run_named), read_value<RunId>, name);
}

std::optional<Reads::KeyedRequest> SqliteReads::request(std::string_view key)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::read_request), read_keyed_request, key);
}

std::vector<Reads::Run> SqliteReads::runs(const RunFilter& filter)
{
    const Snapshot snapshot(connection_, gate_);
    const RunId before =
        filter.before ? filter.before : RunId{std::numeric_limits<std::int64_t>::max()};
    const std::vector<RunId> ids = collect(
        connection_.prepared(sql::read_run_ids), read_value<RunId>, before, filter.kind,
        filter.state, filter.name_part, filter.limit
    );
    std::vector<Run> runs;
    Prepared& select = connection_.prepared(sql::read_run);
    for (const RunId id : ids)
        collect_into(runs, select, read_whole_run, id);
    return runs;
}

std::vector<std::string> SqliteReads::run_names(std::size_t limit)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::read_run_names), read_value<std::string>, limit);
}

std::vector<WorkerRow> SqliteReads::workers()
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::workers), read_worker);
}

std::vector<LeaseRow> SqliteReads::leases_of(WorkerId worker)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::read_leases_of_worker), read_lease, worker);
}

std::optional<LeaseRow> SqliteReads::lease(TaskId id)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::read_lease), sqlite::read_lease, id);
}

std::vector<KeyRow> SqliteReads::keys()
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::keys), read_key);
}

std::optional<KeyRow> SqliteReads::key_with_hash(std::string_view hash)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::key_with_hash), read_key, hash);
}

std::optional<std::string> SqliteReads::setting(std::string_view name)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::setting), read_value<std::string>, name);
}

Reads::Pulse SqliteReads::pulse(const Look& look)
{
    const Snapshot snapshot(connection_, gate_);
    Pulse pulse = find(connection_.prepared(sql::pulse), read_pulse, look.workers_after).value();
    if (look.at_ready)
        pulse.queues_with_ready =
            collect(connection_.prepared(sql::queues_with_ready), read_value<QueueId>);
    const auto read_worker = [&](Row& row) {
        const auto worker = row.get<WorkerId>();
        pulse.workers.push_back(worker);
        if (has_ended(row.get<std::string>()))
            pulse.ended_workers.push_back(worker);
    };
    connection_.prepared(sql::attached_workers).rows(read_worker, look.workers_after);
    return pulse;
}

} // namespace sluice::sqlite
