// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>

namespace sluice::postgres {

// Calls body with each stretch of neighbours for which `common` gives equal values: what a column
// has in common is sent once, not as an array, which costs the server much more. For columns that
// are nearly always the same in one group, or there would be many stretches.
template <class Row, class Common, class Body>
void for_each_alike(std::span<const Row> rows, Common common, Body body)
{
    while (!rows.empty()) {
        const auto first = common(rows.front());
        const auto end =
            std::ranges::find_if(rows, [&](const Row& row) { return common(row) != first; });
        const auto count = static_cast<std::size_t>(end - rows.begin());
        body(rows.first(count));
        rows = rows.subspan(count);
    }
}

} // namespace sluice::postgres
