// SPDX-License-Identifier: Apache-2.0
#include "model/duration.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace sluice {

namespace {

constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;

constexpr std::pair<std::string_view, std::int64_t> units[] = {
    {"s", 1},
    {"sec", 1},
    {"secs", 1},
    {"second", 1},
    {"seconds", 1},
    {"m", minute},
    {"min", minute},
    {"mins", minute},
    {"minute", minute},
    {"minutes", minute},
    {"h", hour},
    {"hr", hour},
    {"hrs", hour},
    {"hour", hour},
    {"hours", hour},
    {"d", day},
    {"day", day},
    {"days", day},
    {"w", 7 * day},
    {"week", 7 * day},
    {"weeks", 7 * day},
    {"month", 2'630'016},
    {"months", 2'630'016},
    {"year", 31'557'600},
    {"years", 31'557'600}};

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

std::optional<std::int64_t> unit_seconds(std::string_view unit)
{
    for (const auto& [name, seconds] : units)
        if (name == unit)
            return seconds;
    return std::nullopt;
}

Error refused(std::string_view text, std::string_view why)
{
    return {
        Errc::invalid,
        fmt::format(
            "'{}' is not a duration: {} (accepted: 90s, 5m, 2h, 2d, 1h30m)", printable(text), why
        )};
}

// Takes the longest prefix whose characters satisfy `fits`.
template <class Fits>
std::string_view take_while(std::string_view& rest, Fits fits)
{
    std::size_t size = 0;
    while (size < rest.size() && fits(rest[size]))
        ++size;
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
}

// The number, cut at what is surely too long, so that no sum overflows.
std::int64_t bounded_number(std::string_view digits)
{
    std::int64_t number = 0;
    for (const char digit : digits)
        number = std::min(number * 10 + (digit - '0'), duration_max.count() + 1);
    return number;
}

} // namespace

Result<std::chrono::seconds> parse_duration(std::string_view text)
{
    std::string_view rest = trim(text);
    std::int64_t total = 0;
    if (rest.empty())
        return refused(text, "it is empty");
    for (bool first = true; !rest.empty(); first = false) {
        const std::string_view digits = take_while(rest, is_digit);
        if (digits.empty())
            return refused(text, "a number is missing");
        rest = trim(rest);
        const std::string_view unit =
            take_while(rest, [](char c) { return !is_digit(c) && c != ' '; });
        if (unit.empty() && !(first && rest.empty()))
            return refused(text, "a unit is missing");
        const std::optional<std::int64_t> seconds = unit.empty() ? 1 : unit_seconds(unit);
        if (!seconds)
            return refused(text, fmt::format("unknown unit '{}'", printable(unit)));
        const std::int64_t limit = duration_max.count() + 1;
        total = std::min(limit, total + std::min(limit, bounded_number(digits) * *seconds));
        rest = trim(rest);
    }
    return duration_of_seconds(total);
}

Result<std::chrono::seconds> duration_of_seconds(std::int64_t seconds)
{
    if (seconds <= 0)
        return Error{Errc::invalid, "a duration must be more than zero seconds"};
    if (seconds > duration_max.count())
        return Error{
            Errc::invalid,
            fmt::format(
                "a duration must not be longer than {} (100 years)", format_duration(duration_max)
            )};
    return std::chrono::seconds(seconds);
}

std::string format_duration(std::chrono::seconds duration)
{
    std::int64_t rest = duration.count();
    std::string text;
    constexpr std::pair<char, std::int64_t> parts[] = {{'d', day}, {'h', hour}, {'m', minute}};
    for (const auto& [letter, size] : parts) {
        if (rest >= size)
            text += fmt::format("{}{}", rest / size, letter);
        rest %= size;
    }
    if (rest > 0 || text.empty())
        text += fmt::format("{}s", rest);
    return text;
}

} // namespace sluice
