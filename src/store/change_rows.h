// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "model/state.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// A task that has another state now.
struct Move {
    TaskId task;
    RunId run;
    std::optional<TaskState> from; // none: it is new
    TaskState to = TaskState::pending;

    friend bool operator==(const Move&, const Move&) = default;
};

// What one group of writes has done. Of two rows the one with the larger id is the later one for
// everybody who reads them.
struct ChangeRow {
    std::int64_t id = 0;
    Time at;
    std::vector<Move> moves;
};

// How moves are kept: "task run from to" for each, one per line, in decimal numbers; of a new task
// `from` is "-".
std::string format_moves(const std::vector<Move>& moves);
std::vector<Move> parse_moves(std::string_view text); // what is no move is left out

} // namespace sluice
