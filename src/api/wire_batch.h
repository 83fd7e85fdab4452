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

// {"tasks": [light], "links": [{parent_id, child_id, requires_success, condition}]}. All tasks are
// of one batch.
Json dag_json(
    const std::vector<TaskView>& tasks, const std::vector<LinkRow>& links, const SpellId& spell
);

} // namespace sluice
