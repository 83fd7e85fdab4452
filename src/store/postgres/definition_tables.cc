// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/definition_tables.h"

#include "store/postgres/service_codec.h"
#include "store/postgres/service_reads.h"
#include "store/postgres/tables.h"
#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

namespace {

DefinitionRow read_definition(Row& row)
{
    DefinitionRow definition;
    row.into(definition.id, definition.kind, definition.name, definition.key);
    row.into(definition.document, definition.actor, definition.version);
    row.into(definition.created_at, definition.updated_at);
    return definition;
}

ServiceReads::DefinitionView read_view(Row& row)
{
    ServiceReads::DefinitionView view;
    view.row = read_definition(row);
    row.into(view.uses);
    return view;
}

std::optional<Text> name_of(const std::optional<std::string>& name)
{
    return name ? std::optional(Text{"name", *name}) : std::nullopt;
}

void add_content(Params& params, const DefinitionRow& row)
{
    params.add(name_of(row.name)).add(Text{"key", row.key}).add(Text{"document", row.document});
    params.add(Text{"actor", row.actor}).add(row.version);
}

} // namespace

std::optional<DefinitionRow>
PostgresDefinitionTables::definition(DefinitionKind kind, DefinitionId id)
{
    Params params;
    params.add(id).add(kind);
    return connection_.query(sql::definition, params).first(read_definition);
}

std::optional<DefinitionRow> PostgresDefinitionTables::equal_definition(
    DefinitionKind kind, const std::string& key, const std::optional<std::string>& name
)
{
    Params params;
    params.add(kind).add(Text{"key", key}).add(name_of(name));
    return connection_.query(sql::equal_definition, params).first(read_definition);
}

void PostgresDefinitionTables::insert_definition(const DefinitionRow& row)
{
    Params params;
    params.add(row.id).add(row.kind);
    add_content(params, row);
    params.add(row.created_at).add(row.updated_at);
    connection_.queue(sql::insert_definition, params);
}

void PostgresDefinitionTables::update_definition(const DefinitionRow& row)
{
    Params params;
    add_content(params, row);
    params.add(row.updated_at).add(row.id);
    connection_.queue(sql::update_definition, params);
}

void PostgresDefinitionTables::delete_definition(DefinitionId id)
{
    Params params;
    params.add(id);
    connection_.queue(sql::delete_definition, params);
}

void PostgresDefinitionTables::insert_uses(std::span<const RuleUseRow> rows)
{
    Params params;
    params.array(rows, &RuleUseRow::task).array(rows, &RuleUseRow::rule);
    params.array(rows, &RuleUseRow::run).array(rows, &RuleUseRow::version);
    connection_.queue(sql::insert_uses, params);
}

void PostgresDefinitionTables::delete_uses(std::span<const TaskId> tasks)
{
    Params params;
    params.array(tasks, std::identity());
    connection_.queue(sql::delete_uses, params);
}

bool PostgresDefinitionTables::is_used(DefinitionId rule)
{
    Params params;
    params.add(rule);
    return connection_.query(sql::is_rule_used, params).value<bool>().value_or(false);
}

void PostgresDefinitionTables::set_changed(DefinitionId rule)
{
    Params params;
    params.add(rule);
    connection_.queue(sql::set_changed, params);
}

std::vector<DefinitionRow> PostgresDefinitionTables::changed_rules()
{
    return connection_.query(sql::changed_rules).all(read_definition);
}

std::vector<CardRow>
PostgresDefinitionTables::followers(const DefinitionRow& rule, std::size_t limit)
{
    Params params;
    params.add(rule.id).add(rule.version).add(limit_of(limit));
    return connection_.query(sql::followers, params).all(read_card);
}

void PostgresDefinitionTables::unset_changed(DefinitionId rule)
{
    Params params;
    params.add(rule);
    connection_.queue(sql::unset_changed, params);
}

std::optional<DefinitionRow> PostgresServiceReads::definition(DefinitionKind kind, DefinitionId id)
{
    Params params;
    params.add(id).add(kind);
    return connection_.query(sql::definition, params).first(read_definition);
}

std::optional<ServiceReads::DefinitionView>
PostgresServiceReads::definition_view(DefinitionKind kind, DefinitionId id)
{
    Params params;
    params.add(id).add(kind);
    return connection_.query(sql::view_definition, params).first(read_view);
}

std::vector<ServiceReads::DefinitionView>
PostgresServiceReads::definitions(DefinitionKind kind, std::size_t skip, std::size_t limit)
{
    Params params;
    params.add(kind).add(limit_of(limit)).add(limit_of(skip));
    return connection_.query(sql::list_definitions, params).all(read_view);
}

} // namespace sluice::postgres
