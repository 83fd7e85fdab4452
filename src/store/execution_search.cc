// SPDX-License-Identifier: Apache-2.0
#include "store/execution_search.h"

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

constexpr std::size_t search_piece_max = 2000;
constexpr std::size_t runs_looked_at_max = 10'000; // for one page: some 20 ms

} // namespace

FoundExecutions
search_executions(const ExecutionReads::Filter& filter, const LookAtExecutions& look)
{
    FoundExecutions found;
    RunId before = filter.before ? filter.before : RunId{std::numeric_limits<std::int64_t>::max()};
    std::size_t piece =
        std::min(filter.limit, search_piece_max - 1) + 1; // one more tells of a next page
    for (std::size_t looked_at = 0; looked_at < runs_looked_at_max; looked_at += piece) {
        piece = looked_at == 0 ? piece : search_piece_max;
        const std::vector<SeenExecution> seen = look(before, piece);
        for (const SeenExecution& one : seen) {
            if (found.runs.size() == filter.limit) {
                found.go_on_before = before;
                return found;
            }
            before = one.run;
            if (one.fits)
                found.runs.push_back(one.run);
        }
        if (seen.size() < piece)
            return found;
    }
    found.go_on_before = before; // whatever stands behind has not been looked at
    return found;
}

} // namespace sluice
