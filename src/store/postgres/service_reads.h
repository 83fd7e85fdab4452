// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/connection.h"
#include "store/service_reads.h"

namespace sluice::postgres {

// service_reads.sql: each call is one statement, and so one snapshot, but for what never changes
// (where the tasks of a batch stand) and for numbers of pages, which are checked before.
class PostgresServiceReads final : public ServiceReads {
public:
    explicit PostgresServiceReads(Connection& connection) : connection_(connection) {}

    std::optional<TaskView> task(TaskId id) override;
    std::optional<RunId> run_of(TaskId id) override;
    std::vector<TaskView> tasks(const TaskFilter& filter) override;
    std::vector<TaskView> run_tasks(RunId run, TaskId after, std::size_t limit) override;
    std::vector<LinkRow> run_links(RunId run, TaskId after, std::size_t limit) override;

    std::optional<BatchView> batch(RunId id) override;
    std::vector<BatchView> batches(const BatchFilter& filter) override;

    std::optional<DeliveryView> delivery(DeliveryId id) override;
    std::vector<DeliveryView> deliveries(const DeliveryFilter& filter) override;
    std::optional<Time> next_owed() override;
    std::vector<GateView> gates(TaskId task) override;
    AuditPage audit(const AuditFilter& filter) override;
    std::vector<RunRow> oldest_runs(RunId after, std::size_t limit) override;
    std::vector<HiddenTask> hidden_tasks(TaskId after, std::size_t limit) override;
    std::optional<DefinitionRow> definition(DefinitionKind kind, DefinitionId id) override;
    std::optional<DefinitionView> definition_view(DefinitionKind kind, DefinitionId id) override;
    std::vector<DefinitionView>
    definitions(DefinitionKind kind, std::size_t skip, std::size_t limit) override;
    std::optional<GroupView> group(const std::string& id) override;
    std::vector<std::string> group_ids(std::size_t skip, std::size_t limit) override;
    std::vector<GroupTask>
    live_group_tasks(const std::string& id, TaskId after, std::size_t limit) override;
    std::int64_t newest_change() override;
    bool has_change(std::int64_t id) override;
    std::vector<ChangeRow> changes(std::int64_t after, std::size_t limit) override;
    std::vector<TaskLabel> labels(std::span<const TaskId> tasks) override;
    std::vector<OutsideParent> outside_parents(TaskId child) override;
    std::vector<OutsideLinkView>
    outside_links(RunId run, const LinkRow& after, std::size_t limit) override;
    ParentsEnded parents_ended(const RunRow& run, TaskId child) override;
    TaskFigures figures() override;

private:
    Connection& connection_;
};

} // namespace sluice::postgres
