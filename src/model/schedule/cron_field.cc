// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/cron_field.h"

#include "base/text.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace sluice {

namespace {

constexpr std::string_view month_words[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                            "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view weekday_words[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

// The values from `first` to `last` by `step`.
struct Steps {
    int first, last, step = 1;
};

std::uint64_t bits_of(const Steps& steps)
{
    std::uint64_t bits = 0;
    for (int value = steps.first; value <= steps.last; value += steps.step)
        bits |= cron_bit(value);
    return bits;
}

// Nothing when it is not a number, or too large for any field.
std::optional<int> small_number(std::string_view text)
{
    int number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

Result<Steps>
read_range(const CronField& field, std::string_view item, std::string_view range, bool has_step)
{
    if (range == "*" || range == "?")
        return Steps{field.first, field.last};
    const std::size_t dash = range.find('-');
    const Result<int> first = read_cron_value(field, item, range.substr(0, dash));
    if (!first)
        return first.error();
    if (dash == range.npos)
        return Steps{*first, has_step ? field.last : *first};
    Result<int> last = read_cron_value(field, item, range.substr(dash + 1));
    if (!last)
        return last.error();
    if (field.top > field.last && *last == field.first && *first > field.first)
        last = field.top; // FRI-SUN
    if (*first > *last)
        return refused(field, item, "the range runs backwards; write two ranges");
    return Steps{*first, *last};
}

} // namespace

constexpr CronField cron_second{"second", 0,  59,
                                59,       {}, "0 to 59, * ? ranges 1-5 steps */15 lists 1,2"};
constexpr CronField cron_minute{"minute", 0, 59, 59, {}, cron_second.accepted};
constexpr CronField cron_hour{"hour", 0, 23, 23, {}, "0 to 23, * ? ranges 1-5 steps */6 lists 1,2"};
constexpr CronField cron_day{
    "day", 1, 31, 31, {}, "1 to 31, * ? ranges 1-5 steps */10 lists 1,2, and L L-3 15W LW"};
constexpr CronField cron_month{
    "month", 1, 12, 12, month_words, "1 to 12 or JAN to DEC, * ? ranges 1-5 steps */3 lists 1,2"};
constexpr CronField cron_weekday{
    "weekday",
    0,
    6,
    7,
    weekday_words,
    "0 to 7 or SUN to SAT, * ? ranges 1-5 steps */2 lists 1,2, and 5L 5#3"};

Error refused(const CronField& field, std::string_view item, std::string_view why)
{
    return {
        Errc::invalid,
        fmt::format(
            "{} '{}': {} (accepted: {})", field.name, printable(item), why, field.accepted
        )};
}

Result<int> read_cron_value(const CronField& field, std::string_view item, std::string_view word)
{
    if (word.empty())
        return refused(field, item, "a value is missing");
    for (std::size_t i = 0; i < field.words.size(); ++i)
        if (to_lower(word) == field.words[i])
            return field.first + static_cast<int>(i);

    const std::optional<int> number = small_number(word);
    if (!number)
        return refused(field, item, fmt::format("'{}' is not a value", printable(word)));
    if (*number < field.first || *number > field.top)
        return refused(field, item, fmt::format("{} is out of range", *number));
    return *number;
}

Result<std::uint64_t> read_cron_item(const CronField& field, std::string_view item)
{
    const std::size_t slash = item.find('/');
    const Result<Steps> range = read_range(field, item, item.substr(0, slash), slash != item.npos);
    if (!range)
        return range.error();
    Steps steps = *range;
    if (slash != item.npos) {
        const std::optional<int> step = small_number(item.substr(slash + 1));
        const int count = field.last - field.first + 1;
        if (!step || *step < 1 || *step > count)
            return refused(field, item, fmt::format("the step must be 1 to {}", count));
        steps.step = *step;
    }
    std::uint64_t bits = bits_of(steps);
    if (bits & cron_bit(field.last + 1))
        bits = (bits & ~cron_bit(field.top)) | cron_bit(field.first);
    return bits;
}

} // namespace sluice
