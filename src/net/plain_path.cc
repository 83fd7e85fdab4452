// SPDX-License-Identifier: Apache-2.0
#include "net/plain_path.h"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::size_t length_max = 120;

} // namespace

bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/-_.~:@{}").find(c) != std::string_view::npos;
}

std::string plain_path(std::string_view path)
{
    const auto end = std::ranges::find_if_not(path, is_plain);
    const auto length = static_cast<std::size_t>(end - path.begin());
    const std::size_t kept = std::min(length, length_max);
    return std::string(path.substr(0, kept)) + (kept < path.size() ? "..." : "");
}

} // namespace sluice
