// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/http/targets.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::bench {

// Where the webhooks of http-mixed go.
struct MixedPorts {
    std::uint16_t plain = 0;
    std::uint16_t failing = 0; // its tasks fail once
    std::uint16_t ends = 0;    // hears of ends
};

// A POST of `count` tasks. Of twenty, two depend on the one before them, one fails at first and is
// retried, one has a rule, and two have a webhook at their end. The plain ones' starts say when
// they were posted.
std::string mixed_post(std::int64_t count, const MixedPorts& ports, SteadyTime now);

// When a start says that its task was posted; nothing when it is not a plain one.
std::optional<SteadyTime> posted_at(const TargetCall& start);

// A POST of a schedule that creates a task each second.
std::string mixed_schedule(const MixedPorts& ports);

std::string count_text(std::string_view task);
std::string failure_text(std::string_view task);

} // namespace sluice::bench
