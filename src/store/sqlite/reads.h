// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/reads.h"
#include "store/sqlite/cluster_reads.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/execution_reads.h"
#include "store/sqlite/schedule_reads.h"
#include "store/sqlite/service_reads.h"
#include "store/sqlite/turnstile.h"

namespace sluice::sqlite {

// Reads on one SQLite connection, which outlives this. Each runs in short read transactions of its
// own (a snapshot that is held open keeps the WAL from shrinking), or in the write transaction that
// is open on the connection. Lists of tasks by state look through the ids of a run in windows, each
// a snapshot of its own.
class SqliteReads final : public Reads {
public:
    SqliteReads(Connection& connection, Turnstile* gate)
        : connection_(connection),
          gate_(gate),
          service_(connection, gate),
          schedules_(connection, gate),
          executions_(connection, gate),
          cluster_(connection, gate)
    {}

    ServiceReads& service() override { return service_; }
    ScheduleReads& schedules() override { return schedules_; }
    ExecutionReads& executions() override { return executions_; }
    ClusterReads& cluster() override { return cluster_; }
    std::optional<Run> run(RunId id) override;
    std::optional<RunRow> run_row(RunId id) override;
    std::optional<RunId> run_named(std::string_view name) override;
    std::optional<KeyedRequest> request(std::string_view key) override;
    std::vector<Run> runs(const RunFilter& filter) override;
    std::vector<std::string> run_names(std::size_t limit) override;

    std::optional<Task> task(TaskId id) override;
    std::vector<Task> tasks(const TaskFilter& filter) override;
    std::vector<AttemptRow> attempts(TaskId id) override;
    std::vector<EventRow> events(RunId run, TaskId task) override;
    std::vector<OutputRow> outputs(RunId run, TaskId task) override;
    std::vector<LinkRow> parents(const RunRow& run, TaskId child) override;
    std::vector<LeaseRow> leases_of(WorkerId worker) override;
    std::optional<LeaseRow> lease(TaskId id) override;
    std::int64_t retrying(const RunRow& run) override;
    std::int64_t ready_before(const Place& place, std::int64_t limit) override;
    std::vector<WorkerRow> workers() override;

    std::vector<KeyRow> keys() override;
    std::optional<KeyRow> key_with_hash(std::string_view hash) override;
    std::optional<std::string> setting(std::string_view name) override;
    Pulse pulse(const Look& look) override;

private:
    Connection& connection_;
    Turnstile* gate_; // null: no other connection
    SqliteServiceReads service_;
    SqliteScheduleReads schedules_;
    SqliteExecutionReads executions_;
    SqliteClusterReads cluster_;
};

} // namespace sluice::sqlite
