// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string to_lower(std::string_view text); // ASCII only
bool is_alphanumeric(char c);                // ASCII only

// The value of a hexadecimal digit of either case; -1: it is none.
int hex_digit(char c);

bool is_utf8(std::string_view text);

// The text with each byte that is not UTF-8 replaced by U+FFFD, and control characters but newline
// and tab by their escapes, so that it can be shown on a terminal and written to JSON.
std::string printable(std::string_view text);

// Edits (insert, delete, replace, swap of neighbours) that turn one into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidates that a person may have meant, nearest first, at most `count`.
std::vector<std::string>
nearest(std::string_view word, std::span<const std::string> candidates, std::size_t count = 3);

} // namespace sluice
