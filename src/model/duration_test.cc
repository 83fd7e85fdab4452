// SPDX-License-Identifier: Apache-2.0
#include "model/duration.h"

#include "base/random.h"

#include <gtest/gtest.h>

namespace sluice::duration_test {
namespace {

std::int64_t seconds_of(std::string_view text)
{
    const Result<std::chrono::seconds> duration = parse_duration(text);
    EXPECT_TRUE(duration) << text << ": " << duration.error().detail;
    return duration ? duration->count() : 0;
}

TEST(Duration, all_spellings_are_read)
{
    const std::pair<std::string_view, std::int64_t> table[] = {
        {"90s", 90},
        {"5m", 300},
        {"2h", 7200},
        {"2d", 172800},
        {"1h30m", 5400},
        {"1d2h3m4s", 93784},
        {"90", 90},
        {" 90 ", 90},
        {"5min", 300},
        {"2 hours", 7200},
        {"1h 30m", 5400},
        {"1 hour 30 minutes", 5400},
        {"1week", 604800},
        {"30m1h", 5400},
        {"0h5m", 300},
        {"1month", 2630016},
        {"007s", 7},
        {"1year", 31557600},
        {"36525d", 3155760000}};
    for (const auto& [text, seconds] : table)
        EXPECT_EQ(seconds_of(text), seconds) << text;
}

TEST(Duration, other_spellings_are_refused_with_the_reason)
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"", "it is empty"},
        {"  ", "it is empty"},
        {"m", "a number is missing"},
        {"-5m", "a number is missing"},
        {"1.5h", "unknown unit '.'"},
        {"5M", "unknown unit 'M'"},
        {"5x", "unknown unit 'x'"},
        {"1h30", "a unit is missing"},
        {"0", "more than zero"},
        {"0s", "more than zero"},
        {"0h0m", "more than zero"},
        {"36526d", "not be longer than 36525d"},
        {"99999999999999999999999d", "not be longer than 36525d"},
        {"9223372036854775807s9223372036854775807s", "not be longer"}};
    for (const auto& [text, reason] : table) {
        const Result<std::chrono::seconds> duration = parse_duration(text);
        ASSERT_FALSE(duration) << text;
        EXPECT_NE(duration.error().detail.find(reason), std::string::npos)
            << text << ": " << duration.error().detail;
    }
}

TEST(Duration, a_count_of_seconds_has_the_same_limits)
{
    EXPECT_EQ(duration_of_seconds(1)->count(), 1);
    EXPECT_FALSE(duration_of_seconds(0));
    EXPECT_FALSE(duration_of_seconds(-1));
    EXPECT_FALSE(duration_of_seconds(duration_max.count() + 1));
    EXPECT_FALSE(duration_of_seconds(INT64_MAX));
}

TEST(Duration, the_short_spelling_is_written)
{
    EXPECT_EQ(format_duration(std::chrono::seconds(5400)), "1h30m");
    EXPECT_EQ(format_duration(std::chrono::seconds(90)), "1m30s");
    EXPECT_EQ(format_duration(std::chrono::seconds(172800)), "2d");
    EXPECT_EQ(format_duration(std::chrono::seconds(0)), "0s");
}

TEST(Duration, what_is_written_is_read_back)
{
    constexpr std::uint64_t seed = 20260131;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t size = std::uint64_t{1} << (random.next() % 32);
        const auto seconds = static_cast<std::int64_t>(random.next() % size + 1);
        if (seconds > duration_max.count())
            continue;
        EXPECT_EQ(seconds_of(format_duration(std::chrono::seconds(seconds))), seconds);
    }
}

} // namespace
} // namespace sluice::duration_test
