// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

// What the worker may hold of uploads at a time: a quarter of the memory of its pod, which is meant
// for the command, and no more than `most`. `limit` is the text of the cgroup's memory.max, or of
// memory.limit_in_bytes (version 1); what is no number means no limit.
std::uint64_t transfer_memory(std::string_view limit, std::uint64_t most);

// The limit of this process's own cgroup, as containers see it; empty: there is none.
std::string read_memory_limit();

} // namespace sluice
