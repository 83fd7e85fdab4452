// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"
#include "base/text.h"
#include "model/schedule/cron.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <vector>

// Compares next_cron_time with a model that is too slow to be wrong: it walks through the hours
// around every change of the clocks minute by minute, looks at the clock, and knows how far the
// clock has come so far.

namespace sluice::cron_walk_test {
namespace {

using namespace std::chrono;
using Minute = time_point<system_clock, minutes>;
using LocalMinute = local_time<minutes>;

constexpr std::string_view zones[] = {
    "America/New_York",    "America/Chicago",     "America/Los_Angeles",  "America/St_Johns",
    "America/Halifax",     "America/Havana",      "America/Santiago",     "America/Sao_Paulo",
    "America/Asuncion",    "America/Nuuk",        "America/Scoresbysund", "America/Adak",
    "America/Caracas",     "America/Mexico_City", "Atlantic/Azores",      "Europe/London",
    "Europe/Dublin",       "Europe/Lisbon",       "Europe/Berlin",        "Europe/Istanbul",
    "Europe/Moscow",       "Europe/Volgograd",    "Africa/Casablanca",    "Africa/Cairo",
    "Africa/Windhoek",     "Asia/Amman",          "Asia/Beirut",          "Asia/Gaza",
    "Asia/Jerusalem",      "Asia/Tehran",         "Asia/Pyongyang",       "Asia/Dhaka",
    "Australia/Lord_Howe", "Australia/Sydney",    "Pacific/Apia",         "Pacific/Auckland",
    "Pacific/Chatham",     "Pacific/Easter",      "Pacific/Norfolk",      "Pacific/Fakaofo",
    "Antarctica/Troll",    "Antarctica/Casey",    "Antarctica/Macquarie"};
constexpr int years[] = {1991, 1995, 1999, 2003, 2007, 2010, 2011, 2014, 2016, 2026, 2037, 2040};

LocalMinute local_minute(const Zone& zone, Minute time)
{
    return floor<minutes>(zone.local(time));
}

seconds offset_at(const Zone& zone, Minute time)
{
    return zone.local(time).time_since_epoch() - time.time_since_epoch();
}

// The first minute of each new offset, found by looking at every day.
std::vector<Minute> changes(const Zone& zone, int year_number)
{
    std::vector<Minute> found;
    const year first{year_number};
    for (sys_days day = first / 1 / 1; day < sys_days((first + std::chrono::years(1)) / 1 / 1);
         day += days(1)) {
        Minute before = day, after = day + days(1);
        if (offset_at(zone, before) == offset_at(zone, after))
            continue;
        const seconds old_offset = offset_at(zone, before);
        while (after - before > minutes(1)) {
            const Minute middle = before + (after - before) / 2;
            (offset_at(zone, middle) == old_offset ? before : after) = middle;
        }
        found.push_back(after);
    }
    return found;
}

// A pattern as text and as what the text says.
struct Pattern {
    std::string text;
    std::set<int> minutes, hours;
    std::function<bool(local_days)> matches_day;

    bool matches(LocalMinute time) const
    {
        const auto day = floor<days>(time);
        const auto minute_of_day = static_cast<int>((time - day).count());
        return minutes.contains(minute_of_day % 60) && hours.contains(minute_of_day / 60) &&
               matches_day(day);
    }
};

struct Values {
    std::string text;
    std::set<int> set;
};

Values steps(int count, int step)
{
    Values values{step == 1 ? "*" : fmt::format("*/{}", step), {}};
    for (int value = 0; value < count; value += step)
        values.set.insert(value);
    return values;
}

// Some of `count` values, mostly around `center`.
Values some_values(Random& random, int count, int center)
{
    const auto chance = [&](int below) { return static_cast<int>(random.next() % below); };
    const auto near = [&] { return (center + chance(5) - 2 + count) % count; };
    switch (chance(5)) {
    case 0:
        return steps(count, 1);
    case 1:
        return steps(count, 2 + chance(count / 2));
    case 2: {
        const int a = near(), b = near(), low = std::min(a, b), high = std::max(a, b);
        Values range{fmt::format("{}-{}", low, high), {}};
        for (int value = low; value <= high; ++value)
            range.set.insert(value);
        return range;
    }
    default: {
        const int a = near(), b = near(), c = chance(count);
        return {fmt::format("{},{},{}", a, b, c), {a, b, c}};
    }
    }
}

// Fields for day, month and weekday that often match around `day`.
std::pair<std::string, std::function<bool(local_days)>> some_days(Random& random, local_days day)
{
    const year_month_day date(day);
    const auto number = static_cast<unsigned>(date.day());
    const unsigned week = weekday(day).c_encoding(), nth = (number + 6) / 7;
    const auto is_number = [=](local_days d) {
        return unsigned(year_month_day(d).day()) == number;
    };
    const auto is_weekday = [=](local_days d) { return weekday(d).c_encoding() == week; };
    switch (random.next() % 8) {
    case 0:
        return {fmt::format("{} * *", number), is_number};
    case 1:
        return {fmt::format("* {} *", unsigned(date.month())), [=](local_days d) {
                    return year_month_day(d).month() == date.month();
                }};
    case 2:
        return {fmt::format("* * {}", week), is_weekday};
    case 3:
        return {fmt::format("{} * {}", number, week), [=](local_days d) {
                    return is_number(d) || is_weekday(d);
                }};
    case 4:
        return {fmt::format("* * {}#{}", week, nth), [=](local_days d) {
                    return is_weekday(d) && (unsigned(year_month_day(d).day()) + 6) / 7 == nth;
                }};
    case 5:
        return {fmt::format("* * {}L", week), [=](local_days d) {
                    const bool is_last =
                        year_month_day(d).month() != year_month_day(d + days(7)).month();
                    return is_weekday(d) && is_last;
                }};
    default:
        return {"* * *", [](local_days) { return true; }};
    }
}

Pattern some_pattern(Random& random, LocalMinute around)
{
    const auto day = floor<days>(around);
    const auto minute_of_day = static_cast<int>((around - day).count());
    const Values minutes = some_values(random, 60, minute_of_day % 60);
    const Values hours = some_values(random, 24, minute_of_day / 60);
    const auto [text, matches_day] = some_days(random, day);
    return {
        fmt::format("{} {} {}", minutes.text, hours.text, text), minutes.set, hours.set,
        matches_day};
}

struct Walk {
    Minute begin;
    std::vector<LocalMinute> clock; // what it shows at begin, a minute later, …
};

Walk walk_around(const Zone& zone, Minute change)
{
    Walk walk{change - hours(4), {}};
    for (Minute time = walk.begin; time <= change + hours(5); time += minutes(1))
        walk.clock.push_back(local_minute(zone, time));
    return walk;
}

// When the pattern is due after the first minute of the walk.
std::vector<Minute> due_times(const Pattern& pattern, const Walk& walk)
{
    std::vector<Minute> due;
    LocalMinute reached = walk.clock[0]; // the furthest that the clock has come
    for (std::size_t i = 1; i < walk.clock.size(); ++i) {
        bool is_due = false;
        if (pattern.hours.size() == 24)
            is_due = pattern.matches(walk.clock[i]);
        else
            for (LocalMinute m = reached + minutes(1); m <= walk.clock[i]; m += minutes(1))
                is_due = is_due || pattern.matches(m);
        reached = std::max(reached, walk.clock[i]);
        if (is_due)
            due.push_back(walk.begin + minutes(i));
    }
    return due;
}

struct Comparison {
    const Zone& zone;
    const Pattern& pattern;
    const Walk& walk;
    const std::vector<Minute>& due;

    // The next time after `after` is the model's, or beyond the walk.
    ::testing::AssertionResult is_right(const Cron& cron, Time after) const
    {
        const auto expected = std::upper_bound(due.begin(), due.end(), after);
        const std::optional<Time> next = next_cron_time(cron, zone, after);
        const Minute end = walk.begin + minutes(walk.clock.size() - 1);
        if (expected == due.end() ? !next || *next > end : next == *expected)
            return ::testing::AssertionSuccess();
        return ::testing::AssertionFailure()
               << pattern.text << " in " << zone.name() << " after " << format_time(after) << ": "
               << (next ? format_time(*next) : "nothing") << ", not "
               << (expected == due.end() ? "later" : format_time(*expected));
    }
};

// The number of comparisons.
int compare_around(const Zone& zone, Minute change, Random& random)
{
    int count = 0;
    const Walk walk = walk_around(zone, change);
    for (int i = 0; i < 2; ++i) {
        const Pattern pattern = some_pattern(random, local_minute(zone, change));
        const Cron cron = parse_cron(pattern.text).value();
        const std::vector<Minute> due = due_times(pattern, walk);
        const Comparison comparison{zone, pattern, walk, due};

        std::vector<Time> starts{walk.begin, change - minutes(1), change};
        for (int k = 0; k < 5; ++k)
            starts.push_back(walk.begin + seconds(random.next() % (9 * 3600)));
        for (const Minute time : due)
            if (random.next() % 4 == 0)
                starts.push_back(time);
        for (const Time after : starts)
            EXPECT_TRUE(comparison.is_right(cron, after));
        count += static_cast<int>(starts.size());
    }
    return count;
}

TEST(CronWalk, next_times_around_every_change_of_the_clocks_are_those_of_the_slow_model)
{
    constexpr std::uint64_t seed = 20260203;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    int count = 0;
    for (const std::string_view name : zones) {
        const Result<Zone> zone = find_zone(name);
        ASSERT_TRUE(zone) << zone.error().detail;
        for (const int year_number : years)
            for (const Minute change : changes(*zone, year_number))
                count += compare_around(*zone, change, random);
    }
    EXPECT_GT(count, 10'000);
}

} // namespace
} // namespace sluice::cron_walk_test
