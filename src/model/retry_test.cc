// SPDX-License-Identifier: Apache-2.0
#include "model/retry.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace sluice::retry_test {
namespace {

using namespace std::chrono_literals;

constexpr Time now = from_micros(1'767'225'600'000'000);
constexpr std::array all_kinds{FailureKind::reported, FailureKind::timeout, FailureKind::start};

std::optional<Micros> waits(int tries, const Retry& retry, std::uint64_t seed = 1)
{
    SeededRandom random(seed);
    const std::optional<Time> next = next_try(tries, FailureKind::reported, retry, now, random);
    if (!next)
        return std::nullopt;
    return *next - now;
}

TEST(Retry, by_default_a_task_is_tried_once)
{
    EXPECT_EQ(waits(1, {}), std::nullopt);
}

TEST(Retry, the_last_try_is_number_tries_max)
{
    const Retry retry{.tries_max = 3};

    EXPECT_TRUE(waits(1, retry));
    EXPECT_TRUE(waits(2, retry));
    EXPECT_FALSE(waits(3, retry));
    EXPECT_FALSE(waits(4, retry));
}

TEST(Retry, the_delay_grows_by_the_multiplier_up_to_its_maximum)
{
    const Retry retry{.tries_max = 100, .delay_initial = 10s, .multiplier = 3.0, .delay_max = 200s};

    EXPECT_EQ(waits(1, retry), Micros(10s));
    EXPECT_EQ(waits(2, retry), Micros(30s));
    EXPECT_EQ(waits(3, retry), Micros(90s));
    EXPECT_EQ(waits(4, retry), Micros(200s));
    EXPECT_EQ(waits(99, retry), Micros(200s));
}

TEST(Retry, a_multiplier_of_one_keeps_the_delay)
{
    const Retry retry{.tries_max = 10, .delay_initial = 7s, .multiplier = 1.0};

    for (int tries = 1; tries < 10; ++tries)
        EXPECT_EQ(waits(tries, retry), Micros(7s));
}

TEST(Retry, without_a_delay_the_next_try_is_at_once)
{
    for (int tries = 1; tries < 2000; tries += 37)
        EXPECT_EQ(waits(tries, {.tries_max = 10'000}), Micros(0)) << tries;
}

TEST(Retry, the_delay_never_overflows)
{
    const Retry retry{
        .tries_max = std::numeric_limits<int>::max(),
        .delay_initial = 24h,
        .multiplier = 1000.0,
        .delay_max = 24h * 365};

    for (const int tries : {1, 10, 100, 5000, 2'000'000'000})
        EXPECT_LE(*waits(tries, retry), Micros(24h * 365)) << tries;
    EXPECT_EQ(waits(2'000'000'000, retry), Micros(24h * 365));
}

TEST(Retry, jitter_stays_within_a_quarter_and_uses_the_whole_of_it)
{
    const Retry retry{
        .tries_max = 2, .delay_initial = 100s, .multiplier = 2, .delay_max = 100s, .jitter = true};
    Micros least = 1000s;
    Micros most = 0s;
    for (std::uint64_t seed = 0; seed < 5000; ++seed) {
        const Micros delay = *waits(1, retry, seed);
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

TEST(Retry, without_a_delay_even_endless_growth_is_no_delay)
{
    const Retry retry{.tries_max = 10'000, .multiplier = 1000.0};
    EXPECT_EQ(waits(5000, retry), Micros(0));
}

// Delay n of the contract: init; init*n*mult; init*mult*base^(n-1).
TEST(Retry, delays_follow_the_formulas_of_the_contract)
{
    const Retry fixed{.tries_max = 9, .delay_initial = 1s, .multiplier = 1.0, .delay_max = 60s};
    Retry linear = fixed;
    linear.growth = Growth::linear;
    linear.factor = 3.0;
    Retry exponential = fixed;
    exponential.multiplier = 2.0;
    exponential.factor = 3.0;

    const auto delays = [](const Retry& retry) {
        std::vector<std::int64_t> seconds;
        for (int tries = 1; tries <= 6; ++tries)
            seconds.push_back(delay_after(tries, retry) / 1s);
        return seconds;
    };
    EXPECT_EQ(delays(fixed), (std::vector<std::int64_t>{1, 1, 1, 1, 1, 1}));
    EXPECT_EQ(delays(linear), (std::vector<std::int64_t>{3, 6, 9, 12, 15, 18}));
    EXPECT_EQ(delays(exponential), (std::vector<std::int64_t>{3, 6, 12, 24, 48, 60}));
}

TEST(Retry, the_cap_comes_before_the_jitter)
{
    const Retry retry{
        .tries_max = 9,
        .delay_initial = 100s,
        .delay_max = 60s,
        .jitter = true,
        .growth = Growth::linear};
    Micros most = 0s;
    for (std::uint64_t seed = 0; seed < 1000; ++seed)
        most = std::max(most, *waits(5, retry, seed));
    EXPECT_GT(most, Micros(74s));
    EXPECT_LE(most, Micros(75s));
}

bool is_tried_again(const Retry& retry, const Failure& failure)
{
    SeededRandom random(1);
    const bool is_tried = next_try(1, failure, retry, now, random).has_value();
    EXPECT_EQ(is_tried, may_retry(1, failure, retry));
    return is_tried;
}

TEST(Retry, never_means_one_try)
{
    const Retry retry{.tries_max = 5, .when = RetryWhen::never};
    for (const FailureKind kind : all_kinds)
        EXPECT_FALSE(is_tried_again(retry, {.kind = kind, .error = "timeout"}));
}

TEST(Retry, what_is_transient_is_known_by_kind_by_word_of_the_runner_or_by_text)
{
    const Retry retry{.tries_max = 5, .when = RetryWhen::transient};

    EXPECT_TRUE(is_tried_again(retry, {.kind = FailureKind::timeout}));
    EXPECT_TRUE(is_tried_again(retry, {.error = "boom", .is_transient = true}));
    for (const std::string_view text :
         {"Timeout", "ConnectionError: reset", "NETWORK down", "a temporary problem",
          "service Unavailable"})
        EXPECT_TRUE(is_tried_again(retry, {.error = text})) << text;
    for (const std::string_view text : {"", "ValueError: boom", "time out", "connect"})
        EXPECT_FALSE(is_tried_again(retry, {.error = text})) << text;
}

TEST(Retry, patterns_are_parts_of_the_text_in_whatever_case)
{
    const Retry retry{
        .tries_max = 5, .when = RetryWhen::patterns, .patterns = {"Rate Limit", "503"}};

    EXPECT_TRUE(is_tried_again(retry, {.error = "HTTP 503"}));
    EXPECT_TRUE(is_tried_again(retry, {.error = "the rate LIMIT is reached"}));
    EXPECT_FALSE(is_tried_again(retry, {.error = "rate-limit"}));
    EXPECT_FALSE(is_tried_again(retry, {.kind = FailureKind::timeout, .error = "timeout"}));
    EXPECT_FALSE(is_tried_again({.tries_max = 5, .when = RetryWhen::patterns}, {.error = "503"}));
}

TEST(Retry, a_kind_that_is_not_in_the_mask_is_not_tried_again_whatever_its_text)
{
    const Retry retry{.tries_max = 5, .on = 2, .when = RetryWhen::transient};
    EXPECT_FALSE(is_tried_again(retry, {.error = "timeout"}));
    EXPECT_TRUE(is_tried_again(retry, {.kind = FailureKind::timeout}));
}

TEST(RetryDeathTest, the_first_failure_is_number_one)
{
    EXPECT_DEATH(waits(0, {.tries_max = 5}), "");
}

TEST(Retry, the_third_rescue_of_a_task_ends_it)
{
    EXPECT_TRUE(may_rescue(0));
    EXPECT_TRUE(may_rescue(1));
    EXPECT_FALSE(may_rescue(2));
    EXPECT_FALSE(may_rescue(3));
}

TEST(Retry, the_fourth_rescue_of_a_task_of_a_workflow_ends_it)
{
    EXPECT_TRUE(may_rescue(0, RescueRule::fourth_ends));
    EXPECT_TRUE(may_rescue(2, RescueRule::fourth_ends));
    EXPECT_FALSE(may_rescue(3, RescueRule::fourth_ends));
    EXPECT_FALSE(may_rescue(4, RescueRule::fourth_ends));
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
    retry.growth = random.next() % 2 == 0 ? Growth::linear : Growth::exponential;
    retry.factor = static_cast<double>(random.next() >> 11) * 0x1.0p-50;
    retry.when = static_cast<RetryWhen>(random.next() % 4);
    for (std::uint64_t count = random.next() % 3; count > 0; --count)
        retry.patterns.push_back(random_text(random, "ab\"\\", random.next() % 5));
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

TEST(Retry, policies_that_were_stored_before_there_were_conditions_read_as_they_did)
{
    const Retry before{
        .tries_max = 4,
        .delay_initial = 10s,
        .multiplier = 1.5,
        .delay_max = 2min,
        .jitter = true,
        .on = 3};
    const std::string text =
        R"({"tries_max":4,"delay_initial":10000000,"multiplier":1.5,"delay_max":120000000,)"
        R"("jitter":true,"on":3})";

    EXPECT_EQ(parse_retry(text).value(), before);
    EXPECT_EQ(format_retry(before), text);
}

TEST(Retry, growth_and_condition_are_stored_as_words)
{
    const Retry retry{
        .growth = Growth::linear,
        .factor = 2.5,
        .when = RetryWhen::patterns,
        .patterns = {"a", "b"}};
    EXPECT_EQ(
        format_retry(retry),
        R"({"growth":"linear","factor":2.5,"when":"patterns","patterns":["a","b"]})"
    );
}

TEST(Retry, stored_text_that_we_did_not_write_is_corrupt)
{
    for (const std::string_view text : {"{", "[]", "3", "null", "\"\""})
        EXPECT_EQ(parse_retry(text).error().code, Errc::corrupt) << text;
}

TEST(Retry, a_stored_member_of_another_type_is_corrupt_not_an_exception)
{
    EXPECT_EQ(parse_retry(R"({"tries_max":"3"})").error().code, Errc::corrupt);
    for (const std::string_view text :
         {R"({"jitter":1})", R"({"growth":"cubic"})", R"({"growth":1})", R"({"when":"often"})",
          R"({"when":true})", R"({"patterns":"a"})", R"({"patterns":[1]})", R"({"factor":"2"})"})
        EXPECT_EQ(parse_retry(text).error().code, Errc::corrupt) << text;
}

} // namespace
} // namespace sluice::retry_test
