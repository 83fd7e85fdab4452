// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/service_tables.h"
#include "store/sqlite/connection.h"

namespace sluice::sqlite {

// service.sql: sets are loops, see SqliteTables.
class SqliteServiceTables final : public ServiceTables {
public:
    explicit SqliteServiceTables(Connection& connection) : connection_(connection) {}

    void insert_cards(std::span<const CardRow> rows) override;
    std::optional<CardRow> card(TaskId task) override;
    std::vector<CardRow> cards(std::span<const TaskId> tasks) override;
    void update_card(const CardRow& row) override;
    void set_priority(TaskId task, int nprio) override;
    std::vector<Duty> duties(std::span<const TaskId> tasks) override;

    std::vector<TaskId> report(std::span<const Report> reports) override;
    void begin_anew(std::span<const TaskId> tasks, Time now) override;
    std::vector<ProgressRow> progress(std::span<const TaskId> tasks) override;

    void insert_deliveries(std::span<const DeliveryRow> rows) override;
    void insert_owed(std::span<const Owed> rows) override;
    std::vector<OwedDelivery> take_owed(WorkerId worker, Time now, std::size_t limit) override;
    std::vector<DeliveryRow>
    deliveries_sent_by(WorkerId worker, std::span<const DeliveryId> ids) override;
    std::vector<DeliveryRow> deliveries(std::span<const DeliveryId> ids) override;
    std::vector<std::string> follow_up_keys(TaskId task) override;
    void update_deliveries(std::span<const DeliveryRow> rows) override;
    void owe_again(std::span<const Owed> rows) override;
    void delete_owed(std::span<const DeliveryId> ids) override;
    std::size_t rescue_owed(Time before) override;

    std::vector<RunId> unneeded_runs(std::span<const RunId> runs) override;
    std::vector<TaskId>
    unneeded_tasks(RunId run, std::span<const TaskId> tasks, Time hidden_before) override;
    void delete_links_to(const RunRow& run, std::span<const TaskId> tasks) override;

private:
    Connection& connection_;
};

} // namespace sluice::sqlite
