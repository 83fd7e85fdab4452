// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/server_commands.h"

namespace sluice {

namespace {

Columns action_columns()
{
    return {
        {"ID", text_of("id")},
        {"NAME", text_of("name")},
        {"KIND", text_of("kind")},
        {"VERB", text_of("params.verb")},
        {"URL", text_of("params.url")}};
}

} // namespace

void add_action(CliCommand& root)
{
    CliCommand action = root.add("action");
    action.needs_command();
    add_list(action, {.path = "/actions", .columns = action_columns()});
    add_create(action, "/actions");
    add_show(action, {.path = "/actions/{}", .show = lines_of("id")});
    add_update(action, "action", Method::put, "/actions/{}");
    add_verb(action, "action", {"delete", Method::delete_, "/actions/{}", nullptr, "deleted"});
}

} // namespace sluice
