// SPDX-License-Identifier: Apache-2.0
// define, redefine, undefine: rules and actions that are stored under an id.
#include "store/definition_tables.h"
#include "store/use_cases/context.h"
#include "store/use_cases/signatures.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::string_view used =
    "tasks that are not final use the rule: give them others first, or let them end";

Error no_such(DefinitionKind kind)
{
    return {
        Errc::not_found,
        kind == DefinitionKind::rule ? "no such stored rule" : "no such stored action"};
}

// Whoever goes by a rule as it was has committed that before: so all its users can be found.
void be_alone(WriteContext& context, DefinitionKind kind)
{
    if (kind == DefinitionKind::rule && !context.may_register)
        throw MustRegister();
}

// "rule.create" and its like, by `actor`.
void write_event(
    WriteContext& context, std::string_view what, const DefinitionRow& row, const std::string& actor
)
{
    const bool is_rule = row.kind == DefinitionKind::rule;
    const UidKind kind = is_rule ? UidKind::rule : UidKind::action;
    EventRow event;
    event.at = context.now;
    event.object = is_rule ? "rule" : "action";
    event.object_id = format_uid(make_uid(kind, row.created_at, row.id.value, context.uid_secret));
    event.kind = fmt::format("{}.{}", event.object, what);
    event.actor = actor;
    event.detail = row.name.value_or("");
    context.tables.insert_events({&event, 1});
}

DefinitionRow new_row(WriteContext& context, const DefinitionRow& asked)
{
    DefinitionRow row = asked;
    row.id = DefinitionId{context.tables.next_ids(Tables::Sequence::definition, 1).front()};
    row.version = 1;
    row.created_at = context.now;
    row.updated_at = context.now;
    return row;
}

DefinitionRow replace(WriteContext& context, const DefinitionRow& old, const DefinitionRow& asked)
{
    DefinitionTables& tables = context.tables.definitions();
    const bool is_equal = old.key == asked.key;
    DefinitionRow row = asked;
    row.version = is_equal ? old.version : old.version + 1;
    row.created_at = old.created_at;
    row.updated_at = context.now;
    tables.update_definition(row);
    if (row.kind == DefinitionKind::rule && !is_equal) {
        tables.set_changed(row.id);
        context.stored_rules.clear();
    }
    write_event(context, "change", row, asked.actor);
    return row;
}

} // namespace

void run(WriteContext& context, Operations<Define> operations)
{
    DefinitionTables& tables = context.tables.definitions();
    for (Operation<Define>* operation : operations) {
        const DefinitionRow& asked = operation->request.row;
        Defined reply;
        if (const auto known = tables.equal_definition(asked.kind, asked.key, asked.name)) {
            reply.row = *known;
            reply.is_new = false;
        } else {
            reply.row = new_row(context, asked);
            tables.insert_definition(reply.row);
            write_event(context, "create", reply.row, asked.actor);
        }
        operation->answer(std::move(reply));
    }
}

void run(WriteContext& context, Operations<Redefine> operations)
{
    for (Operation<Redefine>* operation : operations) {
        const DefinitionRow& asked = operation->request.row;
        be_alone(context, asked.kind);
        const auto old = context.tables.definitions().definition(asked.kind, asked.id);
        if (old)
            operation->answer(replace(context, *old, asked));
        else
            operation->fail(no_such(asked.kind));
    }
}

void run(WriteContext& context, Operations<Undefine> operations)
{
    DefinitionTables& tables = context.tables.definitions();
    for (Operation<Undefine>* operation : operations) {
        const Undefine& request = operation->request;
        be_alone(context, request.kind);
        const auto row = tables.definition(request.kind, request.definition);
        if (!row) {
            operation->fail(no_such(request.kind));
        } else if (request.kind == DefinitionKind::rule && tables.is_used(request.definition)) {
            operation->fail({Errc::conflict, std::string(used)});
        } else {
            tables.delete_definition(request.definition);
            context.stored_rules.clear();
            write_event(context, "delete", *row, request.actor);
            operation->answer(true);
        }
    }
}

} // namespace sluice
