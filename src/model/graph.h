// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "model/link.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sluice {

// A link between two tasks of one submission, by their places in it.
struct GraphLink {
    std::uint32_t parent = 0;
    std::uint32_t child = 0;
    LinkCondition condition = LinkCondition::on_success;
    Unmet unmet = Unmet::fail;
};

// Checks that the links join `task_count` tasks without a task outside, a link to itself, the same
// pair twice or a cycle. Errors (invalid): the first problem, a cycle as a path "3 -> 5 -> 3".
Result<void> check_graph(std::size_t task_count, std::span<const GraphLink> links);

// For each task how many parents it has.
std::vector<std::uint32_t> parent_counts(std::size_t task_count, std::span<const GraphLink> links);

} // namespace sluice
