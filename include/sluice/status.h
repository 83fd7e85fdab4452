// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/export.h"

#include <cstdint>
#include <string_view>

namespace sluice::client {

enum class Status {
    waiting,
    pending,
    claimed,
    running,
    success,
    failure,
    skipped,
    paused,
    canceled,
};

// As the server spells it: "Waiting", "Pending", …
SLUICE_API std::string_view name(Status status);

constexpr bool is_final(Status status)
{
    return status == Status::success || status == Status::failure || status == Status::skipped ||
           status == Status::canceled;
}

// How many tasks are in each status.
struct StatusCounts {
    std::int64_t waiting = 0;
    std::int64_t pending = 0;
    std::int64_t claimed = 0;
    std::int64_t running = 0;
    std::int64_t success = 0;
    std::int64_t failure = 0;
    std::int64_t skipped = 0;
    std::int64_t paused = 0;
    std::int64_t canceled = 0;

    // 0 when every task is final.
    std::int64_t unfinished() const { return waiting + pending + claimed + running + paused; }
};

} // namespace sluice::client
