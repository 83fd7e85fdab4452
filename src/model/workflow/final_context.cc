// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/final_context.h"

#include "base/assert.h"

namespace sluice {

TaskPlaces final_outputs(const ParentPlaces& parents, std::span<const TaskState> ends)
{
    SLUICE_ASSERT(ends.size() == parents.size());
    const TaskPlaces order = topological_order(parents);
    SLUICE_ASSERT(order.size() == parents.size());

    // A task is asked for when it is a leaf, or when a task that was asked for has no output.
    // Against the order each task comes after all that may ask for it.
    std::vector<bool> is_asked(parents.size(), true);
    for (const TaskPlaces& list : parents)
        for (const TaskPlace parent : list)
            is_asked[parent] = false;
    for (auto task = order.rbegin(); task != order.rend(); ++task)
        if (is_asked[*task] && ends[*task] != TaskState::succeeded)
            for (const TaskPlace parent : parents[*task])
                is_asked[parent] = true;

    TaskPlaces outputs;
    for (const TaskPlace task : order)
        if (is_asked[task] && ends[task] == TaskState::succeeded)
            outputs.push_back(task);
    return outputs;
}

} // namespace sluice
