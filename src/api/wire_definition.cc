// SPDX-License-Identifier: Apache-2.0
#include "api/wire_definition.h"

#include "api/wire_values.h"

namespace sluice {

Result<Json> definition_json(const ServiceReads::DefinitionView& view, const SpellId& spell)
{
    const DefinitionRow& row = view.row;
    const bool is_rule = row.kind == DefinitionKind::rule;
    const Result<Json> document = parse_json(row.document);
    if (!document)
        return Error{Errc::corrupt, "a stored document: " + document.error().detail};
    Json json{
        {"id", spell(is_rule ? UidKind::rule : UidKind::action, row.created_at, row.id.value)},
        {"name", value_or_null(row.name)}};
    json.update(*document);
    if (is_rule)
        json["uses"] = view.uses;
    json["created_at"] = format_time(row.created_at);
    json["updated_at"] = format_time(row.updated_at);
    return json_result(std::move(json));
}

} // namespace sluice
