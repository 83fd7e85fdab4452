// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/match_book.h"

#include <map>
#include <set>
#include <span>
#include <vector>

namespace sluice {

struct WriteContext;

// What a group of writes means for the counters of rules (docs/decisions/0005). Use cases say which
// tasks they have touched; what these count for is then found out at once for all of them.
struct Counting {
    std::vector<TaskId> touched;                // their state, metadata or counts may have changed
    std::map<CounterKey, std::int64_t> changes; // of counters; not written yet
    std::set<CounterKey> written;               // by this group: locked until its end
    std::set<CounterKey> asked;                 // patterns that this group needs, or will
    std::map<SignatureId, GroupSet> uncounted;  // registered by this group; not counted yet
};

// Brings the members in line with how the touched tasks stand now. What has been registered in this
// group is counted first: nobody may ask for members or totals before.
void settle_members(WriteContext& context);

// Adds the changes to their counters, and locks `also`. The reply: the totals of all of these.
std::map<CounterKey, std::int64_t>
write_counters(WriteContext& context, std::span<const CounterKey> also);

// The end of a group: nothing is left unwritten, and no counter stands at 0.
void finish_counting(WriteContext& context);

// Tasks are about to be deleted: they count for nothing any more.
void stop_counting(WriteContext& context, const std::vector<MemberRow>& members);

} // namespace sluice
