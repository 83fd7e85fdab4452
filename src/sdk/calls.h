// SPDX-License-Identifier: Apache-2.0
// The calls about one task that clients and handles have in common, and the shapes of the others.
#pragma once

#include "sdk/exchange.h"
#include "sluice/requests.h"

namespace sluice::client {

// `before`, the id as one segment, `after`.
std::string path_of(std::string_view before, std::string_view id, std::string_view after = "");
std::string task_path(std::string_view id);

// A request without a body that is not to be repeated blindly.
Call plain_call(std::string method, std::string path);

Call update_call(std::string_view id, const TaskUpdate& update);
Call count_call(std::string_view id, const Counts& counts);
Call cancel_call(std::string_view id);

} // namespace sluice::client
