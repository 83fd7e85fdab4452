// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <fmt/format.h>

#include <optional>

namespace sluice {

namespace {

using std::chrono::days;
using std::chrono::year_month_day;

// Reads exactly `count` digits and moves on; -1 when they are not there.
int take_digits(std::string_view& text, std::size_t count)
{
    if (text.size() < count)
        return -1;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, std::string_view accepted)
{
    if (text.empty() || accepted.find(text.front()) == std::string_view::npos)
        return false;
    text.remove_prefix(1);
    return true;
}

// The digits after the point, as microseconds; -1 when there are none or more than nine.
std::int64_t take_fraction(std::string_view& text)
{
    std::int64_t nanos = 0;
    int digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9' && digits < 10) {
        nanos = nanos * 10 + (text.front() - '0');
        text.remove_prefix(1);
        ++digits;
    }
    if (digits == 0 || digits > 9)
        return -1;
    for (; digits < 9; ++digits)
        nanos *= 10;
    return nanos / 1000;
}

// "Z" or "+hh:mm", as seconds east of UTC.
std::optional<int> take_offset(std::string_view& text)
{
    if (take(text, "Zz"))
        return 0;
    const bool west = !text.empty() && text.front() == '-';
    if (!take(text, "+-"))
        return std::nullopt;
    const int hours = take_digits(text, 2);
    const bool colon = take(text, ":");
    const int minutes = take_digits(text, 2);
    if (hours < 0 || hours > 23 || !colon || minutes < 0 || minutes > 59)
        return std::nullopt;
    return (west ? -1 : 1) * (hours * 3600 + minutes * 60);
}

struct Parts {
    int year, month, day, hour, minute, second;
    std::int64_t micros = 0;
    int offset = 0;
};

std::optional<Parts> take_parts(std::string_view text)
{
    Parts parts{};
    parts.year = take_digits(text, 4);
    bool ok = parts.year >= 0 && take(text, "-");
    ok = ok && (parts.month = take_digits(text, 2)) > 0 && take(text, "-");
    ok = ok && (parts.day = take_digits(text, 2)) > 0 && take(text, "Tt ");
    ok = ok && (parts.hour = take_digits(text, 2)) >= 0 && parts.hour < 24 && take(text, ":");
    ok = ok && (parts.minute = take_digits(text, 2)) >= 0 && parts.minute < 60 && take(text, ":");
    ok = ok && (parts.second = take_digits(text, 2)) >= 0 && parts.second < 61;
    if (ok && take(text, "."))
        ok = (parts.micros = take_fraction(text)) >= 0;
    if (!ok)
        return std::nullopt;
    const std::optional<int> offset = take_offset(text);
    if (!offset || !text.empty())
        return std::nullopt;
    parts.offset = *offset;
    return parts;
}

// An offset from UTC may lead beyond what RFC 3339 can say.
bool is_spelled_in_four_digits(Time time)
{
    const year_month_day date{std::chrono::floor<days>(time)};
    return date.year() >= std::chrono::year{0} && date.year() <= std::chrono::year{9999};
}

} // namespace

std::string format_time(Time time)
{
    const auto day = std::chrono::floor<days>(time);
    const year_month_day date{day};
    const std::chrono::hh_mm_ss<Micros> clock{time - day};
    return fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
        clock.subseconds().count()
    );
}

Result<Time> parse_time(std::string_view text)
{
    const std::optional<Parts> parts = take_parts(text);
    if (parts) {
        const year_month_day date{
            std::chrono::year{parts->year}, std::chrono::month{static_cast<unsigned>(parts->month)},
            std::chrono::day{static_cast<unsigned>(parts->day)}};
        if (date.ok()) {
            const std::int64_t seconds =
                parts->hour * 3600 + parts->minute * 60 + parts->second - parts->offset;
            const Time time = Time{std::chrono::sys_days{date}} + std::chrono::seconds{seconds} +
                              Micros{parts->micros};
            if (is_spelled_in_four_digits(time))
                return time;
            return Error{
                Errc::invalid,
                fmt::format("'{}' lies outside the years 0000 to 9999 of UTC", text)};
        }
    }
    return Error{
        Errc::invalid,
        fmt::format(
            "'{}' is not a time: RFC 3339 such as '2026-01-31T12:00:00Z' is accepted", text
        )};
}

} // namespace sluice
