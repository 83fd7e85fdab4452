// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/server_commands.h"

namespace sluice {

namespace {

Table::Cell maximum(const Json& rule)
{
    const bool is_capacity = member(rule, "type") == "Capacity";
    return text_of(is_capacity ? "max_capacity" : "max_concurency")(rule);
}

Columns rule_columns()
{
    return {
        {"ID", text_of("id")},
        {"NAME", text_of("name")},
        {"TYPE", text_of("type")},
        {"MAXIMUM", maximum},
        {"KIND", text_of("matcher.kind")},
        {"STATUS", text_of("matcher.status")},
        {"FIELDS", text_of("matcher.fields")},
        {"USES", text_of("uses")}};
}

} // namespace

void add_rule(CliCommand& root)
{
    CliCommand rule = root.add("rule");
    rule.needs_command();
    add_list(rule, {.path = "/rules", .columns = rule_columns()});
    add_create(rule, "/rules");
    add_show(rule, {.path = "/rules/{}", .show = lines_of("id")});
    add_update(rule, "rule", Method::put, "/rules/{}");
    add_verb(rule, "rule", {"delete", Method::delete_, "/rules/{}", nullptr, "deleted"});
}

} // namespace sluice
