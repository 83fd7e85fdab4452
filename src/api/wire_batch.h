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

// How many tasks an action changed, by the state that they were in before.
Json canceled_json(std::string_view batch_id, const Affected& affected);
Json paused_json(std::string_view batch_id, const Affected& affected);
Json resumed_json(std::string_view batch_id, const Affected& affected);

// {"tasks": [light], "links": [{parent_id, child_id, requires_success, condition}]}. All tasks are
// of one batch.
Json dag_json(
    const std::vector<TaskView>& tasks, const std::vector<LinkRow>& links, const SpellId& spell
);

} // namespace sluice
