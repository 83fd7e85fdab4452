// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/service_reads.h"

#include <span>

namespace sluice {

// The tasks of a group in one state, as both dialects sum them up.
struct GroupPart {
    TaskState state = TaskState::pending;
    std::int64_t tasks = 0;
    std::int64_t success = 0;
    std::int64_t failures = 0;
    std::int64_t with_expected = 0; // how many say what they expect
    std::int64_t expected = 0;
    Time created_at;
    Time updated_at;
};

// The whole, without its kinds; nothing when there are no parts.
std::optional<GroupView> group_of(const std::string& id, std::span<const GroupPart> parts);

} // namespace sluice
