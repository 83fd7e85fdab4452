// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/seen.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sluice {

// How many pods there are of each phase.
struct PodCounts {
    std::int64_t pending = 0;
    std::int64_t running = 0;
    std::int64_t failed = 0;
    std::int64_t succeeded = 0;

    friend bool operator==(const PodCounts&, const PodCounts&) = default;
};
PodCounts count_pods(const std::map<std::string, SeenPod>& pods);

// As ClusterJobRow::pods keeps them. Reading never fails: what cannot be read counts as none.
std::string format_pods(const PodCounts& counts);
PodCounts parse_pods(std::string_view text);

} // namespace sluice
