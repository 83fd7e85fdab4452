// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/server_commands.h"

namespace sluice {

void add_audit(CliCommand& root)
{
    CliCommand audit = root.add("audit");
    audit.needs_command();
    const std::vector<Filter> filters{
        {"--actor", "actor", "only what this user or key did"},
        {"--action", "action", "only this"},
        {"--object",
         "object",
         "only what was done to things of this kind",
         {"task", "batch", "group", "rule", "action", "schedule", "delivery", "key", "job"}},
        {"--object-id", "object_id", "only what was done to this one"},
        {"--after", "after", "at this time or later, RFC 3339"},
        {"--before", "before", "at this time or earlier, RFC 3339"}};
    const Columns columns{{"AT", time_of("at")},         {"ACTOR", text_of("actor")},
                          {"ACTION", text_of("action")}, {"OBJECT", text_of("object")},
                          {"ID", text_of("object_id")},  {"DETAIL", text_of("detail")}};
    add_list(audit, {.path = "/audit", .columns = columns, .filters = filters});
}

} // namespace sluice
