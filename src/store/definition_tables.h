// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/service_rows.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice {

// The statements of stored rules and actions in an open transaction; see Tables. Rules are changed
// and deleted only while no other group is under way: so nobody goes by a rule that has just gone.
class DefinitionTables {
public:
    virtual ~DefinitionTables() = default;

    virtual std::optional<DefinitionRow> definition(DefinitionKind kind, DefinitionId id) = 0;
    // The oldest with that key, and with that name if one is given.
    virtual std::optional<DefinitionRow> equal_definition(
        DefinitionKind kind, const std::string& key, const std::optional<std::string>& name
    ) = 0;
    virtual void insert_definition(const DefinitionRow& row) = 0;
    virtual void update_definition(const DefinitionRow& row) = 0; // all but its id and kind
    virtual void delete_definition(DefinitionId id) = 0;

    // --- the tasks that use rules, and are not final -----------------------------------------
    virtual void insert_uses(std::span<const RuleUseRow> rows) = 0;
    virtual void delete_uses(std::span<const TaskId> tasks) = 0;
    virtual bool is_used(DefinitionId rule) = 0;

    // --- changes of rules --------------------------------------------------------------------
    virtual void set_changed(DefinitionId rule) = 0; // until its tasks have followed
    virtual std::vector<DefinitionRow> changed_rules() = 0;
    // Those that go by an older version, by run and task.
    virtual std::vector<CardRow> followers(const DefinitionRow& rule, std::size_t limit) = 0;
    virtual void unset_changed(DefinitionId rule) = 0;
};

} // namespace sluice
