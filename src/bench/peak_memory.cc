// SPDX-License-Identifier: Apache-2.0
#include "bench/peak_memory.h"

#include <fstream>
#include <string>

namespace sluice::bench {

double peak_memory_mib()
{
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        double kib = 0;
        if (word == "VmHWM:" && status >> kib)
            return kib / 1024;
    }
    return 0;
}

} // namespace sluice::bench
