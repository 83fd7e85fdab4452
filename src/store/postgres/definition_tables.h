// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/definition_tables.h"
#include "store/postgres/connection.h"

namespace sluice::postgres {

// definitions.sql; see PostgresTables.
class PostgresDefinitionTables final : public DefinitionTables {
public:
    explicit PostgresDefinitionTables(Connection& connection) : connection_(connection) {}

    std::optional<DefinitionRow> definition(DefinitionKind kind, DefinitionId id) override;
    std::optional<DefinitionRow> equal_definition(
        DefinitionKind kind, const std::string& key, const std::optional<std::string>& name
    ) override;
    void insert_definition(const DefinitionRow& row) override;
    void update_definition(const DefinitionRow& row) override;
    void delete_definition(DefinitionId id) override;

    void insert_uses(std::span<const RuleUseRow> rows) override;
    void delete_uses(std::span<const TaskId> tasks) override;
    bool is_used(DefinitionId rule) override;

    void set_changed(DefinitionId rule) override;
    std::vector<DefinitionRow> changed_rules() override;
    std::vector<CardRow> followers(const DefinitionRow& rule, std::size_t limit) override;
    void unset_changed(DefinitionId rule) override;

private:
    Connection& connection_;
};

} // namespace sluice::postgres
