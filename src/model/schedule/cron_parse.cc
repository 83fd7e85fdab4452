// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "model/schedule/cron.h"
#include "model/schedule/cron_days.h"
#include "model/schedule/cron_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice {

namespace {

constexpr std::size_t text_max = 1000;

constexpr std::pair<std::string_view, std::string_view> nicknames[] = {
    {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"}};

Error bad_cron(std::string_view text, std::string_view why)
{
    return {Errc::invalid, fmt::format("bad cron expression '{}': {}", printable(text), why)};
}

std::vector<std::string> words_of(std::string_view text)
{
    std::string spaced(text);
    for (const char space : {'\t', '\n', '\r'})
        std::replace(spaced.begin(), spaced.end(), space, ' ');
    std::vector<std::string> words = split(spaced, ' ');
    std::erase(words, "");
    return words;
}

// Reads the items of a list. `read_own` takes those that only this field knows, and says so.
template <class ReadOwn>
Result<std::uint64_t>
read_list(const CronField& field, std::string_view text, const ReadOwn& read_own)
{
    std::uint64_t bits = 0;
    for (const std::string& item : split(text, ',')) {
        const Result<bool> is_own = read_own(std::string_view(item));
        if (!is_own)
            return is_own.error();
        if (*is_own)
            continue;
        const Result<std::uint64_t> values = read_cron_item(field, item);
        if (!values)
            return values.error();
        bits |= *values;
    }
    return bits;
}

Result<std::uint64_t> read_plain(const CronField& field, std::string_view text)
{
    return read_list(field, text, [](std::string_view) -> Result<bool> { return false; });
}

// "L", "L-3", "LW", "15W".
Result<bool> read_own_day(Cron& cron, std::string_view item)
{
    const std::string word = to_lower(item);
    if (word == "l" || word == "lw") {
        cron.days_before_last |= word == "l" ? 1 : 0;
        cron.last_workday |= word == "lw";
        return true;
    }
    const bool is_before_last = word.starts_with("l-");
    if (!is_before_last && !word.ends_with('w'))
        return false;

    const std::string_view number =
        is_before_last ? item.substr(2) : item.substr(0, item.size() - 1);
    const Result<int> day = read_cron_value(cron_day, item, number);
    if (!day)
        return day.error();
    if (is_before_last && *day == 31)
        return refused(cron_day, item, "no month has 32 days");
    (is_before_last ? cron.days_before_last : cron.near_workdays) |= cron_bit(*day);
    return true;
}

// "5L", "FRIL", "5#3", "FRI#3".
Result<bool> read_own_weekday(Cron& cron, std::string_view item)
{
    const std::size_t mark = item.find('#');
    const bool is_last = to_lower(item).ends_with('l');
    if (mark == item.npos && !is_last)
        return false;

    const std::string_view word = item.substr(0, is_last ? item.size() - 1 : mark);
    const Result<int> weekday = read_cron_value(cron_weekday, item, word);
    if (!weekday)
        return weekday.error();
    const std::uint64_t bit = cron_bit(*weekday % 7);
    if (is_last) {
        cron.last_weekdays |= bit;
        return true;
    }
    const std::string_view number = item.substr(mark + 1);
    if (number.size() != 1 || number[0] < '1' || number[0] > '5')
        return refused(cron_weekday, item, "after '#' comes 1 to 5");
    cron.nth_weekdays[static_cast<std::size_t>(number[0] - '1')] |= bit;
    return true;
}

bool is_restricted(std::string_view field)
{
    return !field.starts_with('*') && !field.starts_with('?');
}

// `words` are the six fields.
Result<Cron> read_fields(const std::vector<std::string>& words)
{
    Cron cron;
    const auto own_day = [&](std::string_view item) { return read_own_day(cron, item); };
    const auto own_weekday = [&](std::string_view item) { return read_own_weekday(cron, item); };
    const std::pair<std::uint64_t*, Result<std::uint64_t>> fields[] = {
        {&cron.seconds, read_plain(cron_second, words[0])},
        {&cron.minutes, read_plain(cron_minute, words[1])},
        {&cron.hours, read_plain(cron_hour, words[2])},
        {&cron.days, read_list(cron_day, words[3], own_day)},
        {&cron.months, read_plain(cron_month, words[4])},
        {&cron.weekdays, read_list(cron_weekday, words[5], own_weekday)}};
    for (const auto& [target, bits] : fields) {
        if (!bits)
            return bits.error();
        *target = *bits;
    }
    cron.either_day = is_restricted(words[3]) && is_restricted(words[5]);
    return cron;
}

// In 28 years each date falls on each weekday it can fall on.
bool ever_matches(const Cron& cron)
{
    using namespace std::chrono;
    for (year_month month = year(2000) / January; month < year(2028) / January; month += months(1))
        if (cron.months >> static_cast<unsigned>(month.month()) & 1 && matching_days(cron, month))
            return true;
    return false;
}

} // namespace

Result<Cron> parse_cron(std::string_view text)
{
    if (text.size() > text_max)
        return bad_cron(text.substr(0, 30), fmt::format("it is longer than {} bytes", text_max));
    std::vector<std::string> words = words_of(text);
    if (words.size() == 1 && words[0].starts_with('@')) {
        for (const auto& [nickname, expression] : nicknames)
            if (to_lower(words[0]) == nickname)
                return parse_cron(expression);
        return bad_cron(
            text, "accepted: @yearly @annually @monthly @weekly @daily @midnight @hourly"
        );
    }
    if (words.size() == 5)
        words.insert(words.begin(), "0");
    if (words.size() != 6)
        return bad_cron(
            text, fmt::format(
                      "it has {} fields (accepted: 5, minute hour day month weekday, or 6, the "
                      "second first)",
                      words.size()
                  )
        );
    Result<Cron> cron = read_fields(words);
    if (!cron)
        return bad_cron(text, cron.error().detail);
    if (!ever_matches(*cron))
        return bad_cron(
            text, fmt::format(
                      "no date ever matches day '{}' in month '{}' with weekday '{}'",
                      printable(words[3]), printable(words[4]), printable(words[5])
                  )
        );
    return cron;
}

} // namespace sluice
