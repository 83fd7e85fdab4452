// SPDX-License-Identifier: Apache-2.0
#include "model/retry.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace sluice {
namespace {

using namespace std::chrono_literals;

constexpr Time now = from_micros(1'767'225'600'000'000);
constexpr std::array all_kinds{FailureKind::reported, FailureKind::timeout, FailureKind::start};

std::optional<Micros> delay_after(int tries, const Retry& retry, std::uint64_t seed = 1)
{
    SeededRandom random(seed);
    const std::optional<Time> next = next_try(tries, FailureKind::reported, retry, now, random);
    if (!next)
        return std::nullopt;
    return *next - now;
}

TEST(Retry, by_default_a_task_is_tried_once)
{
    EXPECT_EQ(delay_after(1, {}), std::nullopt);
}

TEST(Retry, the_last_try_is_number_tries_max)
{
    const Retry retry{.tries_max = 3};

    EXPECT_TRUE(delay_after(1, retry));
    EXPECT_TRUE(delay_after(2, retry));
    EXPECT_FALSE(delay_after(3, retry));
    EXPECT_FALSE(delay_after(4, retry));
}

TEST(Retry, the_delay_grows_by_the_multiplier_up_to_its_maximum)
{
    const Retry retry{.tries_max = 100, .delay_initial = 10s, .multiplier = 3.0, .delay_max = 200s};

    EXPECT_EQ(delay_after(1, retry), Micros(10s));
    EXPECT_EQ(delay_after(2, retry), Micros(30s));
    EXPECT_EQ(delay_after(3, retry), Micros(90s));
    EXPECT_EQ(delay_after(4, retry), Micros(200s));
    EXPECT_EQ(delay_after(99, retry), Micros(200s));
}

TEST(Retry, a_multiplier_of_one_keeps_the_delay)
{
    const Retry retry{.tries_max = 10, .delay_initial = 7s, .multiplier = 1.0};

    for (int tries = 1; tries < 10; ++tries)
        EXPECT_EQ(delay_after(tries, retry), Micros(7s));
}

TEST(Retry, without_a_delay_the_next_try_is_at_once)
{
    for (int tries = 1; tries < 2000; tries += 37)
        EXPECT_EQ(delay_after(tries, {.tries_max = 10'000}), Micros(0)) << tries;
}

TEST(Retry, the_delay_never_overflows)
{
    const Retry retry{
        .tries_max = std::numeric_limits<int>::max(),
        .delay_initial = 24h,
        .multiplier = 1000.0,
        .delay_max = 24h * 365};

    for (const int tries : {1, 10, 100, 5000, 2'000'000'000})
        EXPECT_LE(*delay_after(tries, retry), Micros(24h * 365)) << tries;
    EXPECT_EQ(delay_after(2'000'000'000, retry), Micros(24h * 365));
}

TEST(Retry, jitter_stays_within_a_quarter_and_uses_the_whole_of_it)
{
    const Retry retry{
        .tries_max = 2, .delay_initial = 100s, .multiplier = 2, .delay_max = 100s, .jitter = true};
    Micros least = 1000s;
    Micros most = 0s;
    for (std::uint64_t seed = 0; seed < 5000; ++seed) {
        const Micros delay = *delay_after(1, retry, seed);
        least = std::min(least, delay);
        most = std::max(most, delay);
    }
    EXPECT_GE(least, Micros(75s));
    EXPECT_LT(least, Micros(76s));
    EXPECT_GT(most, Micros(124s));
    EXPECT_LE(most, Micros(125s));
}

TEST(Retry, only_the_kinds_of_failure_in_the_mask_are_tried_again)
{
    for (std::uint8_t mask = 0; mask < 8; ++mask)
        for (const FailureKind kind : all_kinds) {
            SeededRandom random(1);
            const Retry retry{.tries_max = 5, .on = mask};
            const bool wanted = (mask & static_cast<std::uint8_t>(kind)) != 0;
            EXPECT_EQ(next_try(1, kind, retry, now, random).has_value(), wanted)
                << int{mask} << " " << static_cast<int>(kind);
        }
}

TEST(RetryDeathTest, the_first_failure_is_number_one)
{
    EXPECT_DEATH(delay_after(0, {.tries_max = 5}), "");
}

TEST(Retry, the_third_rescue_of_a_task_ends_it)
{
    EXPECT_TRUE(may_rescue(0));
    EXPECT_TRUE(may_rescue(1));
    EXPECT_FALSE(may_rescue(2));
    EXPECT_FALSE(may_rescue(3));
}

Retry random_retry(Random& random)
{
    Retry retry;
    retry.tries_max = static_cast<int>(random.next() % 1000) + 1;
    retry.delay_initial = Micros{static_cast<std::int64_t>(random.next() % 1'000'000'000'000)};
    retry.multiplier = 1.0 + static_cast<double>(random.next() >> 11) * 0x1.0p-50;
    retry.delay_max = Micros{static_cast<std::int64_t>(random.next() % 1'000'000'000'000)};
    retry.jitter = random.next() % 2 == 0;
    retry.on = static_cast<std::uint8_t>(random.next() % 8);
    return retry;
}

TEST(Retry, what_is_stored_is_read_back_whatever_it_is)
{
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        SeededRandom random(seed);
        const Retry retry = random_retry(random);
        const Result<Retry> read = parse_retry(format_retry(retry));
        ASSERT_TRUE(read) << "seed " << seed;
        EXPECT_EQ(*read, retry) << "seed " << seed << ": " << format_retry(retry);
    }
}

TEST(Retry, the_default_is_stored_as_nothing_and_the_rest_as_what_differs)
{
    EXPECT_EQ(format_retry({}), "");
    EXPECT_EQ(parse_retry("").value(), Retry{});
    EXPECT_EQ(format_retry({.tries_max = 3}), R"({"tries_max":3})");
    EXPECT_EQ(parse_retry(R"({"tries_max":3})").value(), Retry{.tries_max = 3});
}

TEST(Retry, stored_text_that_we_did_not_write_is_corrupt)
{
    for (const std::string_view text : {"{", "[]", "3", "null", "\"\""})
        EXPECT_EQ(parse_retry(text).error().code, Errc::corrupt) << text;
}

TEST(Retry, a_stored_member_of_another_type_is_corrupt_not_an_exception)
{
    EXPECT_EQ(parse_retry(R"({"tries_max":"3"})").error().code, Errc::corrupt);
    EXPECT_EQ(parse_retry(R"({"jitter":1})").error().code, Errc::corrupt);
}

} // namespace
} // namespace sluice
