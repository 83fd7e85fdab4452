// SPDX-License-Identifier: Apache-2.0
#include "store/group_parts.h"

#include "store/batch_figures.h"

#include <algorithm>

namespace sluice {

std::optional<GroupView> group_of(const std::string& id, std::span<const GroupPart> parts)
{
    if (parts.empty())
        return std::nullopt;
    GroupView view;
    view.id = id;
    view.created_at = parts.front().created_at;
    std::int64_t expected = 0;
    bool all_expected = true;
    for (const GroupPart& part : parts) {
        view.counts[static_cast<std::size_t>(part.state)] += part.tasks;
        view.success = saturated(view.success, part.success);
        view.failures = saturated(view.failures, part.failures);
        expected = saturated(expected, part.expected);
        all_expected = all_expected && part.with_expected == part.tasks;
        view.created_at = std::min(view.created_at, part.created_at);
        view.updated_at = std::max(view.updated_at, part.updated_at);
    }
    if (all_expected)
        view.expected = expected;
    return view;
}

} // namespace sluice
