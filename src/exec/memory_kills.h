// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace sluice {

// Watches how many processes the kernel has killed for want of memory: in our control group where
// that can be seen, and on the whole machine. Safe from any thread.
class MemoryKills {
public:
    MemoryKills();

    // Were there any since the last call, or since the beginning? Blocks for some 0.1 ms.
    bool any_new();

private:
    std::atomic<std::uint64_t> seen_;
};

} // namespace sluice
