// SPDX-License-Identifier: Apache-2.0
#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/server_commands.h"
#include "cli/task.h"

namespace sluice {

void add_group(CliCommand& root)
{
    CliCommand group = root.add("group");
    group.needs_command();
    add_list(
        group, {.path = "/groups", .columns = counted_columns("group_id"), .events = "/events"}
    );
    add_show(
        group, {.path = "/groups/{}",
                .show = lines_of("group_id"),
                .events = "/events",
                .is_final = all_have_ended}
    );
    add_verb(group, "group", {"cancel", Method::delete_, "/groups/{}"});
    add_verb(group, "group", {"pause", Method::patch, "/groups/{}/pause"});
    add_verb(group, "group", {"resume", Method::patch, "/groups/{}/resume"});
}

} // namespace sluice
