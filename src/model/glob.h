// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// A file pattern, matched byte by byte against whole relative paths ("2024/a.csv"):
//
//   *        any bytes but '/'                 [a-z]    one of these ASCII characters
//   ?        one byte but '/'                  [!a-z]   one byte that is none of these, nor '/'
//   **/      any number of directories         {a,b}    one of these patterns; they nest
//   **       any bytes, '/' too                \x       the character x itself
//
// A leading '/' means nothing; a '/' at the very end asks for a directory. Names that begin with a
// dot are names like others. "a/**" is what lies below a, not a itself.
//
// Matching follows all ways through the pattern at once: O(path × pattern), whatever the pattern.
class Glob {
public:
    static constexpr std::size_t pattern_max = 1024; // bytes

    // Errors (invalid), naming the place: empty or too long, '[' or '{' without its end, an empty
    // or reversed range, other than ASCII in [], '\' at the end, '//', a segment '.' or '..'.
    static Result<Glob> parse(std::string_view pattern);

    // True when `path` matches as a file.
    bool matches(std::string_view path) const;

    // The ends of all prefixes of a file's path that match: those of its directories, without their
    // '/', and its own. They ascend; `ends` is overwritten.
    void matching_prefixes(std::string_view path, std::vector<std::size_t>& ends) const;

    // True for "/", which stands for all files together and matches no single path.
    bool is_everything() const { return text_ == "/"; }

    // As the user wrote it.
    const std::string& text() const { return text_; }

    friend bool operator==(const Glob& a, const Glob& b) { return a.text_ == b.text_; }

private:
    friend class GlobParser;

    // A state that consumes one byte of its set, then goes to each of `next`.
    struct State {
        std::bitset<256> bytes;
        std::vector<std::uint32_t> next; // `accept` stands for the end of the pattern
    };
    static constexpr std::uint32_t accept = UINT32_MAX;

    std::string text_;
    std::vector<State> states_;
    std::vector<std::uint32_t> start_;
    bool directories_only_ = false;
};

} // namespace sluice
