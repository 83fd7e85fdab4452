// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/cluster_reads.h"
#include "store/postgres/connection.h"
#include "store/postgres/execution_reads.h"
#include "store/postgres/schedule_reads.h"
#include "store/postgres/service_reads.h"
#include "store/reads.h"

namespace sluice::postgres {

// reads.sql: each call is one statement, and so one snapshot.
class PostgresReads final : public Reads {
public:
    explicit PostgresReads(Connection& connection)
        : connection_(connection),
          service_(connection),
          schedules_(connection),
          executions_(connection),
          cluster_(connection)
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
    PostgresServiceReads service_;
    PostgresScheduleReads schedules_;
    PostgresExecutionReads executions_;
    PostgresClusterReads cluster_;
};

} // namespace sluice::postgres
