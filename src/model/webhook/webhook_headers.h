// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// One line of the head of a webhook.
struct HeaderLine {
    std::string name;
    std::string value;

    friend bool operator==(const HeaderLine&, const HeaderLine&) = default;
};

// What is wrong with the name of a header, or nothing: it must be a token (RFC 9110,
// section 5.6.2).
std::optional<std::string> check_header_name(std::string_view name);

// What is wrong with its value, or nothing: control characters but tabs would end the line or
// confuse whoever reads it (RFC 9110, section 5.5).
std::optional<std::string> check_header_value(std::string_view value);

// True for headers that describe the connection or the message as it is sent: the user's own are
// accepted when an action is created, and left out when it is sent.
bool is_connection_header(std::string_view name);

// The user's headers in their order, without those of the connection and those that `ours` names
// too; then ours. Names are compared without regard to case.
std::vector<HeaderLine>
merge_headers(std::span<const HeaderLine> users, std::span<const HeaderLine> ours);

} // namespace sluice
