// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/wire_task.h"
#include "store/requests.h"
#include "store/service_reads.h"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What batches are over HTTP.

// {"waiting": n, "pending": n, …}: one key for each status, all always there.
Json status_counts_json(const StateCounts& counts);

// What GET /batch/{id} answers, and one of GET /batches.
Json batch_json(const BatchView& batch, const SpellId& spell);
Json listed_batch_json(const BatchView& batch, const SpellId& spell);

// The same of groups.
Json group_json(const GroupView& group);
Json listed_group_json(const GroupView& group);

// How many tasks an action changed, by the state that they were in before. `of`: {"batch_id": …} or
// {"group_id": …}.
Json canceled_json(Json of, const Affected& affected);
Json paused_json(Json of, const Affected& affected);
Json resumed_json(Json of, const Affected& affected);

// What GET /dag/{batch_id} has of a batch that was made at `created_at`, as JSON texts with commas
// between them, and one before if the text has begun: light tasks, and
// {parent_id, child_id, requires_success, condition}. Text, since of a large graph a tree of values
// takes longer to make and to free than all the rest.
void add_tasks(std::string& text, const std::vector<TaskView>& tasks, const SpellId& spell);
void add_links(
    std::string& text, const std::vector<LinkRow>& links, Time created_at, const SpellId& spell
);
void add_outside_links(
    std::string& text, const std::vector<OutsideLinkView>& links, Time created_at,
    const SpellId& spell
);

} // namespace sluice
