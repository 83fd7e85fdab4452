// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/json_view.h"
#include "cli/server_port.h"

namespace sluice {

// Something that a server shows: one answer, drawn once or again whenever it has changed.
struct View {
    std::string path;
    std::size_t limit = 0; // of items; 0: it is no list
    Show show;

    // The path with which the server tells of changes to it; empty: it tells of none.
    std::string events;

    // Whether nothing more will change. Not set: never.
    std::function<bool(const Json&)> is_final;
};

enum class Looking : std::uint8_t { once, live };

// Shows it. Live: until it is final, or interrupted, which is exit code 130.
Async<Result<int>> look(Context& context, ApiClient& client, View view, Looking looking);

} // namespace sluice
