// SPDX-License-Identifier: Apache-2.0
#include "worker/transfer_memory.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <fstream>

namespace sluice {

std::uint64_t transfer_memory(std::string_view limit, std::uint64_t most)
{
    const std::string_view digits = trim(limit);
    const char* const end = digits.data() + digits.size();
    std::uint64_t bytes = 0;
    const auto [parsed, problem] = std::from_chars(digits.data(), end, bytes);
    if (problem != std::errc() || parsed != end)
        return most; // "max"
    return std::min(bytes / 4, most);
}

std::string read_memory_limit()
{
    for (const char* path :
         {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
        std::ifstream file(path);
        if (std::string limit; std::getline(file, limit))
            return limit;
    }
    return "";
}

} // namespace sluice
