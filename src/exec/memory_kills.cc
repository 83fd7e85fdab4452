// SPDX-License-Identifier: Apache-2.0
#include "exec/memory_kills.h"

#include <fstream>
#include <string>

namespace sluice {

namespace {

// The number after `oom_kill ` in a file of lines "name number"; 0 when there is none.
std::uint64_t count_in(const std::string& path)
{
    std::ifstream file(path);
    std::string name;
    for (std::uint64_t number = 0; file >> name >> number;)
        if (name == "oom_kill")
            return number;
    return 0;
}

std::uint64_t count_all()
{
    std::uint64_t count = count_in("/proc/vmstat");
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);)
        if (line.starts_with("0::"))
            count += count_in("/sys/fs/cgroup" + line.substr(3) + "/memory.events");
    return count;
}

} // namespace

MemoryKills::MemoryKills() : seen_(count_all())
{}

bool MemoryKills::any_new()
{
    const std::uint64_t now = count_all();
    return seen_.exchange(now) != now;
}

} // namespace sluice
