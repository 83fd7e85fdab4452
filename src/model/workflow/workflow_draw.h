// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/workflow/workflow_definition.h"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

enum class DrawFormat : std::uint8_t { json, dot, mermaid, ascii };

std::string_view name(DrawFormat format);
std::optional<DrawFormat> draw_format(std::string_view name);

// The graph of a good definition (workflow_check.h) as text that ends with a line feed: its
// document (workflow_definition.h), a graph for Graphviz or Mermaid, or a drawing of characters, in
// which data flows down (ascii_drawing.h).
std::string draw(const WorkflowDefinition& definition, DrawFormat format);

} // namespace sluice
