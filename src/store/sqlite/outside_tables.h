// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/outside_tables.h"
#include "store/sqlite/connection.h"

namespace sluice::sqlite {

// outside.sql: sets are loops, see SqliteTables.
class SqliteOutsideTables final : public OutsideTables {
public:
    explicit SqliteOutsideTables(Connection& connection) : connection_(connection) {}

    void insert_outside_links(std::span<const OutsideLink> rows) override;
    std::vector<OutsideLink> take_outside_links(std::span<const TaskId> parents) override;
    std::vector<TaskId> parents_outside(std::span<const TaskId> parents) override;
    std::vector<TaskId> children_outside(std::span<const TaskId> children) override;
    void insert_settlements(std::span<const Settlement> rows) override;
    std::vector<RunId> unsettled_runs(std::size_t limit) override;
    std::vector<Settlement> take_settlements(RunId run) override;
    void forget_settlements(RunId run, std::span<const TaskId> children) override;
    void insert_change(Time now, const std::string& moves) override;
    void delete_changes(Time before, std::size_t limit) override;

private:
    Connection& connection_;
};

} // namespace sluice::sqlite
