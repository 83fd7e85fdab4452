// SPDX-License-Identifier: Apache-2.0
#include "net/backoff.h"

#include <gtest/gtest.h>

namespace sluice::backoff_test {

using namespace std::chrono_literals;

TEST(Backoff, doubles_up_to_the_longest_delay_and_loses_at_most_a_half)
{
    const Backoff backoff{.delay_base = 100ms, .delay_max = 1000ms};
    const std::vector<std::chrono::milliseconds> longest{100ms, 200ms, 400ms, 800ms, 1000ms};
    SeededRandom random(7);
    for (int round = 0; round < 1000; ++round)
        for (std::size_t i = 0; i < longest.size(); ++i) {
            const auto delay = delay_after(static_cast<int>(i) + 1, backoff, random);
            EXPECT_LE(delay, longest[i]);
            EXPECT_GE(delay, longest[i] / 2);
        }
}

TEST(Backoff, does_not_overflow_after_many_failures)
{
    SeededRandom random(7);

    EXPECT_LE(delay_after(1'000'000, Backoff{}, random), Backoff{}.delay_max);
    EXPECT_GE(delay_after(1'000'000, Backoff{}, random), Backoff{}.delay_max / 2);
}

TEST(Backoff, spreads_the_delays)
{
    SeededRandom random(7);
    const auto first = delay_after(10, Backoff{}, random);

    EXPECT_NE(delay_after(10, Backoff{}, random), first);
}

TEST(RetryableStatus, is_one_after_which_the_same_request_may_succeed)
{
    for (int status : {408, 429, 500, 502, 503, 504, 599})
        EXPECT_TRUE(is_retryable_status(status)) << status;
    for (int status : {200, 204, 302, 400, 401, 403, 404, 409, 413, 422, 501, 505, 600})
        EXPECT_FALSE(is_retryable_status(status)) << status;
}

TEST(RetryAfter, is_read_in_seconds_up_to_an_hour)
{
    EXPECT_EQ(parse_retry_after(" 7 "), 7s);
    EXPECT_EQ(parse_retry_after("0"), 0s);
    EXPECT_EQ(parse_retry_after("86400"), 3600s);
    for (const char* text : {"", "-1", "1.5", "7x", "99999999999", "Sun, 06 Nov 1994 08:49:37 GMT"})
        EXPECT_EQ(parse_retry_after(text), std::nullopt) << text;
}

TEST(RetryAfter, is_read_as_a_date_too_by_those_who_know_the_time)
{
    const Time now = parse_time("1994-11-06T08:49:30.500000Z").value();

    EXPECT_EQ(parse_retry_after(" Sun, 06 Nov 1994 08:49:37 GMT ", now), 7s) << "not before it";
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:29 GMT", now), 0s) << "it has passed";
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 2094 08:49:37 GMT", now), 3600s);
    EXPECT_EQ(parse_retry_after("9", now), 9s);
    for (const char* text :
         {"", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT+1"})
        EXPECT_EQ(parse_retry_after(text, now), std::nullopt) << text;
}

} // namespace sluice::backoff_test
