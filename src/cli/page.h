// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace sluice {

// A manual page: src/cli/*.md, built into the program.
struct Page {
    std::string_view command; // its words: "job run"; empty: the program itself
    std::string_view summary; // one line
    std::string_view text;    // below the options of --help
};

// The manual page of a command, by its words.
const Page& page_of(std::string_view command);

// "job run": the names of a command and of those above it, without the program's.
std::string words_of(const CLI::App& command);

} // namespace sluice
