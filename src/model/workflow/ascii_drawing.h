// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/workflow/workflow_graph.h"

#include <span>
#include <string>

namespace sluice {

// A graph drawn in characters. Each task is an 'o' on a line of its own, in topological order; each
// dependency is a lane that leads down to the task that has it:
//
//     o  extract
//     +--.
//     o  |  clean
//     |  o  check
//     +--'
//     o  load
//
// A lane that is crossed goes on ('|'); below a task that leads nowhere is a gap. A graph of more
// lanes than fit a screen is a list: "load <- clean, check".
std::string ascii_drawing(const WorkflowGraph& graph, std::span<const std::string> labels);

inline constexpr std::size_t lanes_max = 24;

} // namespace sluice
