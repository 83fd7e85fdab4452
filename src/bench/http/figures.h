// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "bench/fixture.h"

#include <string>
#include <vector>

namespace sluice::bench {

inline double per_second(std::int64_t count, double seconds)
{
    return static_cast<double>(count) / seconds;
}

// "p50_ms" and "p99_ms", or "status_p50_ms" with a prefix of "status_".
inline void
add_percentiles(Json& figures, std::vector<double> millis, const std::string& prefix = "")
{
    const Json all = percentiles(std::move(millis));
    for (const char* name : {"p50_ms", "p99_ms"})
        figures[prefix + name] = all[name];
}

} // namespace sluice::bench
