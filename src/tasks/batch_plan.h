// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/task/task_request.h"
#include "store/requests.h"
#include "store/service_reads.h"

#include <string>
#include <vector>

namespace sluice {

// The queue of a task whose on_start goes there: "webhook/example.com:443". Targets have queues of
// their own, so that a slow one holds up nobody else.
std::string webhook_queue(std::string_view url);
inline constexpr std::string_view webhook_queues = "webhook/*";

// More tasks than can be deduplicated at once.
std::vector<Problem> check_batch_size(const std::vector<TaskRequest>& tasks);

// A batch as it is submitted. `requester` is who created tasks that do not say so themselves.
// Errors (invalid): a part of the contract that is not supported yet.
Checked<Submit>
plan_batch(const std::vector<TaskRequest>& tasks, const std::string& requester, Time now);

// The tasks as they stand right after their submission. The first one has the spec.
std::vector<TaskView> new_views(const Submit& request, const Submitted& submitted);

} // namespace sluice
