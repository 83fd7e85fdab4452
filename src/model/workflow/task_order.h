// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sluice {

// A task by its place in a definition, or among the rows of a run.
using TaskPlace = std::uint32_t;
using TaskPlaces = std::vector<TaskPlace>;

// For each task those that it depends on, in the order of declaration; all places are within.
using ParentPlaces = std::vector<TaskPlaces>;

// The other way round: for each task those that depend on it, ascending.
std::vector<TaskPlaces> child_lists(const ParentPlaces& parents);

// Parents before children; of those that are free the one that was declared first. Tasks on a
// cycle, and all after them, are left out.
TaskPlaces topological_order(const ParentPlaces& parents);

// For each task the number of tasks on the longest way to it; 0 for roots. No cycles.
std::vector<std::uint32_t> levels_of(const ParentPlaces& parents);

// `tasks` and everything that they depend on, directly or not, ascending.
TaskPlaces with_ancestors(const ParentPlaces& parents, std::span<const TaskPlace> tasks);

} // namespace sluice
