// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// How the texts of settings are read.

// On one line, whatever the text is.
Error refuse(std::string_view accepted, std::string_view text);

template <class Number>
std::optional<Number> whole_number(std::string_view text)
{
    Number number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end)
        return std::nullopt;
    return number;
}

// From 1 to `max`. Errors: invalid.
Result<void> set_count(std::size_t& count, std::string_view text, std::size_t max);

// 1 or true, 0 or false. Errors: invalid.
Result<void> set_switch(bool& is_on, std::string_view text);

// http or https; kept without slashes at the end. Errors: invalid.
Result<void> set_url(std::string& url, std::string_view text);

} // namespace sluice
