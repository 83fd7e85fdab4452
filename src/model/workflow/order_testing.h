// SPDX-License-Identifier: Apache-2.0
// Random graphs for tests.
#pragma once

#include "base/random.h"
#include "model/workflow/task_order.h"

#include <algorithm>

namespace sluice {

// A graph without cycles whose order of declaration is no topological order; parents shuffled.
inline ParentPlaces random_parents(std::size_t count, Random& random)
{
    TaskPlaces order(count);
    for (TaskPlace i = 0; i < count; ++i)
        order[i] = i;
    for (std::size_t i = count; i > 1; --i)
        std::swap(order[i - 1], order[random.next() % i]);

    ParentPlaces parents(count);
    for (std::size_t i = 0; i < 2 * count; ++i) {
        const std::size_t a = random.next() % count;
        const std::size_t b = random.next() % count;
        if (a == b)
            continue;
        TaskPlaces& list = parents[order[std::max(a, b)]];
        const TaskPlace parent = order[std::min(a, b)];
        if (std::find(list.begin(), list.end(), parent) == list.end())
            list.push_back(parent);
    }
    return parents;
}

// closure[a][b]: a depends on b, directly or not. Warshall 1962: slow, and plainly right.
inline std::vector<std::vector<bool>> closure_of(const ParentPlaces& parents)
{
    const std::size_t count = parents.size();
    std::vector<std::vector<bool>> closure(count, std::vector<bool>(count, false));
    for (std::size_t task = 0; task < count; ++task)
        for (const TaskPlace parent : parents[task])
            closure[task][parent] = true;
    for (std::size_t by = 0; by < count; ++by)
        for (std::size_t from = 0; from < count; ++from)
            for (std::size_t to = 0; to < count; ++to)
                if (closure[from][by] && closure[by][to])
                    closure[from][to] = true;
    return closure;
}

} // namespace sluice
