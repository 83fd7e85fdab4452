// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite/cluster_tables.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/definition_tables.h"
#include "store/sqlite/execution_tables.h"
#include "store/sqlite/outside_tables.h"
#include "store/sqlite/rule_tables.h"
#include "store/sqlite/schedule_tables.h"
#include "store/sqlite/service_tables.h"
#include "store/tables.h"

namespace sluice::sqlite {

// The statements of a write transaction on one SQLite connection, which outlives this and on which
// the transaction is open. Sets are loops over one prepared statement: nothing lies between the
// program and the database, and BEGIN IMMEDIATE has locked out all other writers, so rows need no
// locks and nothing is ever passed over.
class SqliteTables final : public Tables {
public:
    explicit SqliteTables(Connection& connection)
        : connection_(connection),
          service_(connection),
          rules_(connection),
          outside_(connection),
          schedules_(connection),
          definitions_(connection),
          executions_(connection),
          cluster_(connection)
    {}

    ServiceTables& service() override { return service_; }
    RuleTables& rules() override { return rules_; }
    OutsideTables& outside() override { return outside_; }
    ScheduleTables& schedules() override { return schedules_; }
    DefinitionTables& definitions() override { return definitions_; }
    ExecutionTables& executions() override { return executions_; }
    ClusterTables& cluster() override { return cluster_; }

    std::vector<std::int64_t> next_ids(Sequence sequence, std::size_t count) override;

    void insert_runs(std::span<const RunRow> rows) override;
    void insert_run_details(std::span<const RunDetail> rows) override;
    void insert_tasks(std::span<const TaskRow> rows) override;
    void insert_needs(std::span<const NeedRow> rows) override;
    void insert_links(std::span<const LinkRow> rows) override;
    void insert_ready(std::span<const Place> rows) override;
    void insert_timers(std::span<const Place> rows) override;
    void insert_held(std::span<const Place> rows) override;
    void insert_events(std::span<const EventRow> rows) override;
    std::size_t delete_events(Time before, std::size_t limit) override;
    std::optional<Request> find_request(std::string_view key) override;
    void insert_request(const Request& request) override;
    bool is_published(RunId run) override;
    std::optional<RunId> find_run_named(std::string_view name) override;

    std::vector<QueueRow> queues() override;
    std::vector<QueueMark> queue_heads() override;
    void insert_queue(const QueueRow& row) override;
    QueueId ensure_shared_queue(const QueueRow& row) override;
    void set_queues_open(RunId run, bool open) override;
    void delete_queues(RunId run) override;

    ReadyHeads take_ready_heads(
        std::span<const QueueMark> queues, std::size_t limit, const std::optional<QueueMark>& bound
    ) override;
    ReadyHeads claimed(std::vector<Place> places) override;
    std::vector<TaskRow> tasks(std::span<const TaskId> ids) override;
    void insert_leases(std::span<const LeaseRow> rows) override;

    std::vector<RunRow> lock_runs(std::span<const RunId> ids, Wait wait) override;
    void update_runs(std::span<const RunRow> rows) override;
    void set_run_error(RunId run, std::string_view error) override;
    std::string run_error(RunId run) override;
    void delete_run(const RunRow& run) override;

    std::vector<LeaseRow> take_leases(std::span<const LeaseKey> keys) override;
    void update_leases(std::span<const LeaseRow> rows) override;
    void insert_done(std::span<const DoneRow> rows) override;
    void insert_attempts(std::span<const AttemptRow> rows) override;
    std::vector<DoneRow> done(std::span<const TaskId> ids) override;
    std::vector<DoneRow> take_done(std::span<const TaskId> ids) override;

    std::vector<LinkRow> links_from(std::span<const TaskId> parents) override;
    std::vector<LinkRow> links_to(const RunRow& run, std::span<const TaskId> children) override;
    std::vector<NeedRow> subtract_needs(std::span<const NeedChange> changes) override;
    void delete_needs(std::span<const TaskId> ids) override;

    std::vector<Place> take_timers(const Selection& of) override;
    std::vector<Place> take_ready(const Selection& of) override;
    std::vector<Place> take_held(const Selection& of) override;
    std::vector<NeedRow> take_needs(const Selection& of) override;
    std::vector<NeedRow> needs(const Selection& of) override;
    std::int64_t waiting_count(const RunRow& run) override;
    std::vector<LeaseRow> leases(const Selection& of) override;
    std::vector<Place> held(const Selection& of) override;

    std::vector<Place> take_due_timers(Time now, std::size_t limit) override;
    std::vector<LeaseRow> expired_leases(Time now, std::size_t limit) override;
    std::vector<RunId> expired_runs(Time now, std::size_t limit) override;
    std::vector<RunId> sweepable_runs(std::size_t limit) override;
    std::vector<LeaseRow> abandoned_leases(Time before, std::size_t limit) override;
    void forget_workers(Time before) override;
    std::vector<RunId> abandoned_loads(Time before) override;
    std::vector<TaskOfRun> first_tasks(std::span<const RunRow> runs, std::size_t limit) override;
    void delete_tasks(std::span<const TaskId> ids) override;

    void insert_worker(const WorkerRow& row) override;
    void delete_worker(WorkerId worker) override;
    std::vector<WorkerRow> workers() override;
    std::vector<WorkerId> set_workers_until(std::span<const Extension> extensions) override;
    std::vector<WorkerId> describe_workers(std::span<const Description> descriptions) override;
    std::vector<LeaseKey> leases_held(std::span<const LeaseKey> among) override;
    void shift_leases(Micros jump) override;
    Micros clock_jumps() override;
    Micros lock_clock() override;
    void update_clock(Micros jumps) override;

    std::vector<OutputRow> outputs_at(RunId run, std::span<const std::string> paths) override;
    std::vector<OutputRow> outputs_of(RunId run, std::span<const TaskId> tasks) override;
    std::vector<OutputRow> doomed_outputs(Time now, std::size_t limit) override;
    std::optional<Time> next_doomed(Time after) override;
    void insert_outputs(std::span<const OutputRow> rows) override;
    void update_outputs(std::span<const OutputRow> rows) override;
    void delete_outputs(std::span<const OutputRow> rows) override;

    void insert_key(const KeyRow& row) override;
    bool revoke_key(std::string_view name, Time now) override;

private:
    Connection& connection_;
    SqliteServiceTables service_;
    SqliteRuleTables rules_;
    SqliteOutsideTables outside_;
    SqliteScheduleTables schedules_;
    SqliteDefinitionTables definitions_;
    SqliteExecutionTables executions_;
    SqliteClusterTables cluster_;
};

} // namespace sluice::sqlite
