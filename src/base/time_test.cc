// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <gtest/gtest.h>

namespace sluice::time_test {

namespace {

std::string reread(std::string_view text)
{
    const Result<Time> time = parse_time(text);
    return time ? format_time(*time) : time.error().detail;
}

TEST(FormatTime, writes_utc_with_six_digits)
{
    EXPECT_EQ(format_time(from_micros(0)), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(format_time(from_micros(1'769'860'800'000'001)), "2026-01-31T12:00:00.000001Z");
    EXPECT_EQ(format_time(from_micros(-1)), "1969-12-31T23:59:59.999999Z");
}

TEST(ParseTime, reads_any_offset)
{
    const std::string noon = "2026-01-31T12:00:00.000000Z";

    EXPECT_EQ(reread("2026-01-31T12:00:00Z"), noon);
    EXPECT_EQ(reread("2026-01-31t12:00:00z"), noon);
    EXPECT_EQ(reread("2026-01-31 12:00:00+00:00"), noon);
    EXPECT_EQ(reread("2026-01-31T13:30:00+01:30"), noon);
    EXPECT_EQ(reread("2026-01-30T23:00:00-13:00"), noon);
}

TEST(ParseTime, cuts_fractions_to_microseconds)
{
    EXPECT_EQ(reread("2026-01-31T12:00:00.5Z"), "2026-01-31T12:00:00.500000Z");
    EXPECT_EQ(reread("2026-01-31T12:00:00.123456789Z"), "2026-01-31T12:00:00.123456Z");
}

TEST(ParseTime, knows_the_calendar)
{
    EXPECT_TRUE(parse_time("2024-02-29T00:00:00Z").has_value());
    EXPECT_TRUE(parse_time("2000-02-29T00:00:00Z").has_value());
    for (const char* text :
         {"2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
          "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z"})
        EXPECT_FALSE(parse_time(text).has_value()) << text;
}

TEST(ParseTime, takes_a_leap_second_for_the_next_second)
{
    EXPECT_EQ(reread("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000000Z");
}

TEST(ParseTime, refuses_what_an_offset_leads_out_of_the_years_that_can_be_written)
{
    EXPECT_EQ(reread("9999-12-31T09:59:59-14:00"), "9999-12-31T23:59:59.000000Z");
    for (const char* text :
         {"9999-12-31T23:59:59-14:00", "9999-12-31T23:59:60Z", "0000-01-01T00:00:00+00:01"})
        EXPECT_TRUE(parse_time(text).has_error()) << text;
}

TEST(ParseTime, refuses_everything_else)
{
    for (const char* text :
         {"",
          "now",
          "2026-01-31",
          "2026-01-31T12:00",
          "2026-01-31T12:00:00",
          "26-01-31T12:00:00Z",
          "2026-1-31T12:00:00Z",
          "2026-01-31T24:00:00Z",
          "2026-01-31T12:60:00Z",
          "2026-01-31T12:00:61Z",
          "2026-01-31T12:00:00.Z",
          "2026-01-31T12:00:00.1234567890Z",
          "2026-01-31T12:00:00+0100",
          "2026-01-31T12:00:00+24:00",
          "2026-01-31T12:00:00+01:60",
          "2026-01-31T12:00:00Z ",
          " 2026-01-31T12:00:00Z",
          "+2026-01-31T12:00:00Z",
          "2026-01-31T12:00:00ZZ",
          "2026-01-31T-1:00:00Z"})
        EXPECT_FALSE(parse_time(text).has_value()) << text;
}

TEST(ParseTime, says_what_it_accepts)
{
    EXPECT_EQ(
        reread("tomorrow"),
        "'tomorrow' is not a time: RFC 3339 such as '2026-01-31T12:00:00Z' is accepted"
    );
}

TEST(Time, survives_format_and_parse)
{
    for (const std::int64_t micros :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{999'999},
          std::int64_t{1'709'164'800'000'000}, std::int64_t{253'402'300'799'999'999},
          std::int64_t{-62'135'596'800'000'000}}) {
        const Time time = from_micros(micros);
        EXPECT_EQ(to_micros(parse_time(format_time(time)).value()), micros);
    }
}

} // namespace

} // namespace sluice::time_test
