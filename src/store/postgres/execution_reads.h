// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/execution_reads.h"
#include "store/postgres/connection.h"

namespace sluice::postgres {

// execution_reads.sql: each call is one statement, and so one snapshot, but for lists of runs.
class PostgresExecutionReads final : public ExecutionReads {
public:
    explicit PostgresExecutionReads(Connection& connection) : connection_(connection) {}

    std::vector<WorkflowRow> workflows() override;
    std::vector<WorkflowRow> versions(std::string_view workflow_namespace) override;
    std::optional<WorkflowRow>
    workflow(std::string_view workflow_namespace, std::string_view version) override;
    std::optional<Execution> execution(RunId id) override;
    std::optional<std::string> initial_context(RunId id) override;
    Page executions(const Filter& filter) override;
    std::vector<EndedRun> final_among(std::span<const RunId> ids) override;
    std::vector<Reads::Task> tasks(const TaskFilter& filter) override;
    std::vector<DoneRow> ends(std::span<const TaskId> ids, std::size_t bytes_max) override;
    std::optional<StoredSchedule>
    schedule_with_key(ScheduleKind kind, std::string_view key) override;
    std::vector<StoredSchedule> schedules(const ScheduleFilter& filter) override;
    std::optional<Time> next_due(ScheduleKind kind, std::span<const std::string> keys) override;
    std::vector<FiredRun> fired(ScheduleId id, std::size_t skip, std::size_t limit) override;
    std::vector<TickRow> failed_ticks(const FailedTicks& which) override;
    TickCounts tick_counts(ScheduleKind kind, Time since) override;
    std::vector<WorkerRow> servers() override;
    std::vector<std::string> queues_with_ready(std::string_view prefix) override;

private:
    std::vector<Execution> load(std::span<const RunId> ids);

    Connection& connection_;
};

} // namespace sluice::postgres
