// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/overdue.h"

#include <algorithm>

namespace sluice {

std::vector<LeaseRow> take_overdue(WriteContext& context, const std::vector<LeaseRow>& candidates)
{
    std::vector<RunId> runs;
    for (const LeaseRow& lease : candidates)
        runs.push_back(lease.place.run);
    context.lock_runs(std::move(runs));

    std::vector<Tables::LeaseKey> keys;
    for (const LeaseRow& lease : candidates)
        if (const RunRow* run = context.runs.find(lease.place.run); run && !run->sweep)
            keys.push_back({lease.place.task, lease.place.attempt, lease.worker});
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) {
        return a.task < b.task;
    });
    return keys.empty() ? std::vector<LeaseRow>{} : context.tables.take_leases(keys);
}

bool clock_is_behind(WriteContext& context)
{
    const Micros jumps = context.tables.lock_clock();
    return context.clock.jumps_seen && *context.clock.jumps_seen != jumps;
}

} // namespace sluice
