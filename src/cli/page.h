// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/pages.h"

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace sluice {

// The manual page of a command, by its words: "job run"; empty: the program's own.
const pages::Page& page_of(std::string_view command);

// "job run": the names of a command and of those above it, without the program's.
std::string words_of(const CLI::App& command);

} // namespace sluice
