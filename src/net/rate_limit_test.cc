// SPDX-License-Identifier: Apache-2.0
#include "net/rate_limit.h"

#include "base/random.h"

#include <gtest/gtest.h>

#include <map>

namespace sluice::rate_limit_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

const RateLimit::TimePoint start = RateLimit::TimePoint() + 24h;
const std::optional<std::chrono::seconds> let_in;

RateLimit::Options ten_a_second()
{
    return {.requests = 10, .period = 1s, .burst = 5, .clients_max = 3};
}

int let_in_at_once(RateLimit& limit, std::string_view client, RateLimit::TimePoint now)
{
    int count = 0;
    while (!limit.enter(client, now))
        ++count;
    return count;
}

TEST(RateLimit, lets_a_burst_in_and_then_as_many_as_the_period_allows)
{
    RateLimit limit(ten_a_second());
    EXPECT_EQ(let_in_at_once(limit, "a", start), 5);
    EXPECT_EQ(let_in_at_once(limit, "a", start + 99ms), 0);
    EXPECT_EQ(let_in_at_once(limit, "a", start + 100ms), 1);
    EXPECT_EQ(let_in_at_once(limit, "a", start + 350ms), 2);
    EXPECT_EQ(let_in_at_once(limit, "a", start + 400ms), 1);
}

TEST(RateLimit, a_pause_fills_the_bucket_up_to_the_burst_and_no_further)
{
    RateLimit limit(ten_a_second());
    EXPECT_EQ(let_in_at_once(limit, "a", start), 5);
    EXPECT_EQ(let_in_at_once(limit, "a", start + 1h), 5);
}

TEST(RateLimit, clients_do_not_take_from_each_other)
{
    RateLimit limit(ten_a_second());
    EXPECT_EQ(let_in_at_once(limit, "a", start), 5);
    EXPECT_EQ(let_in_at_once(limit, "b", start), 5);
}

TEST(RateLimit, a_refused_request_takes_nothing)
{
    RateLimit limit(ten_a_second());
    let_in_at_once(limit, "a", start);
    for (int i = 0; i < 1000; ++i)
        EXPECT_TRUE(limit.enter("a", start + 50ms));
    EXPECT_EQ(limit.enter("a", start + 100ms), let_in);
}

TEST(RateLimit, tells_after_how_many_whole_seconds_the_client_is_let_in_again)
{
    const struct {
        milliseconds period;
        std::chrono::seconds expected;
    } cases[] = {{100ms, 1s}, {1'000ms, 1s}, {1'001ms, 2s}, {2'500ms, 3s}, {60'000ms, 60s}};
    for (const auto& [period, expected] : cases) {
        RateLimit limit({.requests = 1, .period = period, .burst = 1});
        EXPECT_EQ(limit.enter("a", start), let_in);
        EXPECT_EQ(limit.enter("a", start), expected) << period.count();
        EXPECT_EQ(limit.enter("a", start + expected), let_in) << period.count();
    }
}

TEST(RateLimit, who_waits_as_told_is_always_let_in_and_nobody_gets_more_than_his_rate)
{
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE(seed);
        SeededRandom random(seed);
        const RateLimit::Options options{
            .requests = static_cast<std::uint32_t>(1 + random.next() % 20),
            .period = milliseconds(1 + random.next() % 5'000),
            .burst = static_cast<std::uint32_t>(1 + random.next() % 10)};
        RateLimit limit(options);
        RateLimit::TimePoint now = start;
        std::int64_t count = 0;
        for (int i = 0; i < 500; ++i) {
            const auto wait = limit.enter("a", now);
            count += wait ? 0 : 1;
            if (wait && random.next() % 2 == 0) {
                EXPECT_GE(*wait, 1s);
                now += *wait;
                EXPECT_EQ(limit.enter("a", now), let_in);
                ++count;
            }
            now += milliseconds(random.next() % 300);
        }
        const auto each = std::chrono::nanoseconds(options.period) / options.requests;
        EXPECT_LE(count, options.burst + (now - start) / each);
    }
}

TEST(RateLimit, forgets_clients_whose_buckets_are_full_again)
{
    RateLimit limit(ten_a_second());
    for (const char* client : {"a", "b", "c"})
        let_in_at_once(limit, client, start);
    EXPECT_EQ(limit.clients(), 3u);

    limit.enter("a", start + 499ms);
    EXPECT_EQ(limit.clients(), 3u);
    limit.enter("a", start + 500ms);
    EXPECT_EQ(limit.clients(), 1u);
}

TEST(RateLimit, remembers_so_many_clients_and_lets_the_others_share_one_bucket)
{
    RateLimit limit(ten_a_second());
    for (const char* client : {"a", "b", "c"})
        let_in_at_once(limit, client, start);

    EXPECT_EQ(limit.enter("d", start), let_in);
    EXPECT_EQ(let_in_at_once(limit, "e", start), 4);
    EXPECT_EQ(limit.clients(), 3u);
    // No bucket was given up for that.
    EXPECT_EQ(let_in_at_once(limit, "a", start), 0);

    EXPECT_EQ(let_in_at_once(limit, "d", start + 500ms), 5);
}

TEST(RateLimit, forgetting_makes_no_difference_to_anybody)
{
    SeededRandom random(7);
    RateLimit limit({.requests = 10, .period = 1s, .burst = 3, .clients_max = 1'000});
    std::map<std::string, RateLimit> alone;
    RateLimit::TimePoint now = start;
    for (int i = 0; i < 20'000; ++i) {
        const std::string client = std::to_string(random.next() % 40);
        auto own = alone.try_emplace(client, RateLimit::Options{10, 1s, 3, 1}).first;
        ASSERT_EQ(limit.enter(client, now), own->second.enter(client, now)) << i;
        now += milliseconds(random.next() % 20);
    }
}

} // namespace
} // namespace sluice::rate_limit_test
