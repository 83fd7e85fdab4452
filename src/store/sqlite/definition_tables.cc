// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/definition_tables.h"

#include "store/sqlite/collect.h"
#include "store/sqlite/service_codec.h"
#include "store/sqlite/service_reads.h"
#include "store/sqlite/snapshot.h"

#include "store/sqlite_sql.h"

#include <algorithm>
#include <limits>

namespace sluice::sqlite {

namespace {

DefinitionRow read_definition(Row& row)
{
    DefinitionRow definition;
    row.into(definition.id);
    row.into(definition.kind);
    row.into(definition.name);
    row.into(definition.key);
    row.into(definition.document);
    row.into(definition.actor);
    row.into(definition.version);
    row.into(definition.created_at);
    row.into(definition.updated_at);
    return definition;
}

ServiceReads::DefinitionView read_view(Row& row)
{
    ServiceReads::DefinitionView view;
    view.row = read_definition(row);
    row.into(view.uses);
    return view;
}

} // namespace

std::optional<DefinitionRow>
SqliteDefinitionTables::definition(DefinitionKind kind, DefinitionId id)
{
    return find(connection_.prepared(sql::definition), read_definition, id, kind);
}

std::optional<DefinitionRow> SqliteDefinitionTables::equal_definition(
    DefinitionKind kind, const std::string& key, const std::optional<std::string>& name
)
{
    return find(connection_.prepared(sql::equal_definition), read_definition, kind, key, name);
}

void SqliteDefinitionTables::insert_definition(const DefinitionRow& row)
{
    connection_.prepared(sql::insert_definition)
        .run(
            row.id, row.kind, row.name, row.key, row.document, row.actor, row.version,
            row.created_at, row.updated_at
        );
}

void SqliteDefinitionTables::update_definition(const DefinitionRow& row)
{
    connection_.prepared(sql::update_definition)
        .run(row.name, row.key, row.document, row.actor, row.version, row.updated_at, row.id);
}

void SqliteDefinitionTables::delete_definition(DefinitionId id)
{
    connection_.prepared(sql::delete_definition).run(id);
}

void SqliteDefinitionTables::insert_uses(std::span<const RuleUseRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_use);
    for (const RuleUseRow& row : rows)
        insert.run(row.task, row.rule, row.run, row.version);
}

void SqliteDefinitionTables::delete_uses(std::span<const TaskId> tasks)
{
    Prepared& remove = connection_.prepared(sql::delete_uses);
    for (const TaskId task : tasks)
        remove.run(task);
}

bool SqliteDefinitionTables::is_used(DefinitionId rule)
{
    return find(connection_.prepared(sql::is_rule_used), read_value<bool>, rule).value_or(false);
}

void SqliteDefinitionTables::set_changed(DefinitionId rule)
{
    connection_.prepared(sql::set_changed).run(rule);
}

std::vector<DefinitionRow> SqliteDefinitionTables::changed_rules()
{
    return collect(connection_.prepared(sql::changed_rules), read_definition);
}

std::vector<CardRow> SqliteDefinitionTables::followers(const DefinitionRow& rule, std::size_t limit)
{
    return collect(connection_.prepared(sql::followers), read_card, rule.id, rule.version, limit);
}

void SqliteDefinitionTables::unset_changed(DefinitionId rule)
{
    connection_.prepared(sql::unset_changed).run(rule);
}

std::optional<DefinitionRow> SqliteServiceReads::definition(DefinitionKind kind, DefinitionId id)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::definition), read_definition, id, kind);
}

std::optional<ServiceReads::DefinitionView>
SqliteServiceReads::definition_view(DefinitionKind kind, DefinitionId id)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::view_definition), read_view, id, kind);
}

std::vector<ServiceReads::DefinitionView>
SqliteServiceReads::definitions(DefinitionKind kind, std::size_t skip, std::size_t limit)
{
    const Snapshot snapshot(connection_, gate_);
    constexpr std::size_t most = std::numeric_limits<std::int64_t>::max();
    return collect(
        connection_.prepared(sql::list_definitions), read_view, kind, std::min(limit, most),
        std::min(skip, most)
    );
}

} // namespace sluice::sqlite
