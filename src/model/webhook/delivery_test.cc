// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/delivery.h"

#include <gtest/gtest.h>

namespace sluice::delivery_test {
namespace {

using namespace std::chrono_literals;

constexpr Time now = from_micros(1'767'225'600'000'000);
constexpr Trigger all_triggers[] = {
    Trigger::start, Trigger::success, Trigger::failure, Trigger::cancel};

Retry standard(Trigger trigger)
{
    Retry retry = retry_of(trigger, std::nullopt, {});
    retry.jitter = false;
    return retry;
}

DeliveryVerdict verdict(const Answer& answer, const Retry& retry, int tries = 1)
{
    SeededRandom random(1);
    return judge(answer, tries, retry, now, random);
}

Answer with_status(int status)
{
    return {.status = status};
}

Answer without_answer(TryOutcome outcome, std::string detail = {})
{
    return {.outcome = outcome, .detail = std::move(detail)};
}

// All waits between the tries when each of them fails like this.
std::vector<Micros> waits(const Answer& answer, const Retry& retry, std::uint64_t seed = 1)
{
    SeededRandom random(seed);
    std::vector<Micros> waits;
    for (int tries = 1;; ++tries) {
        const DeliveryVerdict verdict = judge(answer, tries, retry, now, random);
        if (verdict.state != DeliveryState::waiting)
            return waits;
        waits.push_back(*verdict.try_at - now);
    }
}

Micros sum(const std::vector<Micros>& waits)
{
    Micros sum{0};
    for (const Micros wait : waits)
        sum += wait;
    return sum;
}

TEST(Delivery, ends_well_with_every_2xx_and_nothing_else)
{
    for (const Trigger trigger : all_triggers)
        for (int status = 100; status <= 599; ++status)
            EXPECT_EQ(
                verdict(with_status(status), standard(trigger)).state == DeliveryState::delivered,
                status / 100 == 2
            ) << status;
}

TEST(Delivery, is_tried_again_after_408_429_and_5xx_only)
{
    for (const Trigger trigger : all_triggers)
        for (int status = 300; status <= 599; ++status) {
            const bool worth = status == 408 || status == 429 || status >= 500;
            EXPECT_EQ(
                verdict(with_status(status), standard(trigger)).state,
                worth ? DeliveryState::waiting : DeliveryState::dead
            ) << status;
        }
    for (const int status : {0, 100, 199, 600, 999})
        EXPECT_EQ(
            verdict(with_status(status), standard(Trigger::success)).state, DeliveryState::dead
        ) << status;
}

TEST(Delivery, is_tried_again_when_the_target_was_not_reached)
{
    for (const Trigger trigger : all_triggers)
        EXPECT_EQ(
            verdict(without_answer(TryOutcome::unreachable), standard(trigger)).state,
            DeliveryState::waiting
        );
}

TEST(Delivery, is_tried_again_after_a_time_out_unless_it_is_a_start)
{
    const Answer late = without_answer(TryOutcome::timed_out);
    for (const Trigger trigger : all_triggers)
        EXPECT_EQ(
            verdict(late, standard(trigger)).state,
            trigger == Trigger::start ? DeliveryState::dead : DeliveryState::waiting
        );
}

TEST(Delivery, of_a_start_is_tried_again_after_a_time_out_when_its_retry_says_so)
{
    const DeliveryRetry wish{.on = static_cast<std::uint8_t>(FailureKind::timeout)};
    const Retry retry = retry_of(Trigger::start, wish, {});
    EXPECT_EQ(verdict(without_answer(TryOutcome::timed_out), retry).state, DeliveryState::waiting);
    EXPECT_EQ(verdict(with_status(503), retry).state, DeliveryState::dead);
    const Retry other = retry_of(Trigger::start, DeliveryRetry{.retries_max = 7}, {});
    EXPECT_EQ(verdict(without_answer(TryOutcome::timed_out), other).state, DeliveryState::dead);
}

TEST(Delivery, that_could_not_be_sent_is_never_tried_again)
{
    for (const Trigger trigger : all_triggers)
        EXPECT_EQ(
            verdict(without_answer(TryOutcome::refused), standard(trigger)).state,
            DeliveryState::dead
        );
}

TEST(Delivery, of_a_start_is_tried_three_times_from_200_ms)
{
    EXPECT_EQ(
        waits(with_status(503), standard(Trigger::start)), (std::vector<Micros>{200ms, 400ms})
    );
}

TEST(Delivery, of_the_others_is_tried_ten_times_over_about_a_day)
{
    const std::vector<Micros> expected{15s, 60s, 240s, 960s, 3840s, 15360s, 6h, 6h, 6h};
    for (const Trigger trigger : {Trigger::success, Trigger::failure, Trigger::cancel})
        EXPECT_EQ(waits(with_status(503), standard(trigger)), expected);
    EXPECT_EQ(sum(expected), 23h + 41min + 15s);
}

TEST(Delivery, with_jitter_stays_about_a_day)
{
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        const std::vector<Micros> all =
            waits(with_status(503), retry_of(Trigger::success, {}, {}), seed);
        EXPECT_EQ(all.size(), 9u) << "seed " << seed;
        EXPECT_GT(sum(all), 17h) << "seed " << seed;
        EXPECT_LT(sum(all), 30h) << "seed " << seed;
    }
}

TEST(Delivery, waits_as_long_as_the_target_asks_but_never_less_than_its_own_wait)
{
    Answer answer = with_status(429);
    const Retry retry = standard(Trigger::success); // 15 s first
    const std::pair<std::chrono::seconds, Micros> cases[] = {
        {0s, 15s}, {7s, 15s}, {100s, 100s}, {3600s, 3600s}, {3601s, 3600s}, {864000s, 3600s}};
    for (const auto& [asked, expected] : cases) {
        answer.retry_after = asked;
        EXPECT_EQ(*verdict(answer, retry).try_at - now, expected) << asked.count();
    }
    answer.status = 404;
    EXPECT_EQ(verdict(answer, retry).state, DeliveryState::dead);
}

TEST(DeliveryRetry, replaces_what_it_names_and_keeps_the_rest)
{
    for (const Trigger trigger : all_triggers) {
        const Retry usual = retry_of(trigger, std::nullopt, {});
        EXPECT_EQ(retry_of(trigger, DeliveryRetry{}, {}), usual);
        Retry expected = usual;
        expected.tries_max = 1;
        EXPECT_EQ(retry_of(trigger, DeliveryRetry{.retries_max = 0}, {}), expected);
        expected = usual;
        expected.delay_initial = 1s;
        expected.multiplier = 1.5;
        expected.delay_max = 9s;
        expected.jitter = false;
        expected.on = 2;
        const DeliveryRetry wish{
            .delay_initial = 1s, .multiplier = 1.5, .delay_max = 9s, .jitter = false, .on = 2};
        EXPECT_EQ(retry_of(trigger, wish, {}), expected);
    }
}

TEST(DeliveryRetry, a_long_first_wait_raises_the_longest_unless_that_is_given_too)
{
    EXPECT_EQ(retry_of(Trigger::start, DeliveryRetry{.delay_initial = 1h}, {}).delay_max, 1h);
    EXPECT_EQ(
        retry_of(Trigger::start, DeliveryRetry{.delay_initial = 1h, .delay_max = 2s}, {}).delay_max,
        2s
    );
}

TEST(DeliveryRetry, starts_from_what_is_configured)
{
    DeliveryDefaults defaults;
    defaults.start.tries_max = 8;
    defaults.other.tries_max = 9;
    EXPECT_EQ(retry_of(Trigger::start, {}, defaults).tries_max, 8);
    EXPECT_EQ(retry_of(Trigger::cancel, {}, defaults).tries_max, 9);
    EXPECT_EQ(retry_of(Trigger::cancel, DeliveryRetry{.jitter = false}, defaults).tries_max, 9);
}

TEST(Delivery, says_why_it_is_not_delivered)
{
    const Retry start = standard(Trigger::start);
    EXPECT_EQ(verdict(with_status(204), start).reason, "");
    EXPECT_EQ(verdict(with_status(503), start).reason, "answered 503");
    EXPECT_EQ(verdict(with_status(503), start, 3).reason, "answered 503 (try 3)");
    EXPECT_EQ(verdict(with_status(404), start).reason, "answered 404");
    EXPECT_EQ(verdict(with_status(302), start).reason, "answered 302 (redirects are not followed)");
    EXPECT_EQ(
        verdict(without_answer(TryOutcome::unreachable, "connection refused"), start).reason,
        "not reachable: connection refused"
    );
    EXPECT_EQ(
        verdict(without_answer(TryOutcome::timed_out), start).reason,
        "no answer in time (not sent again: the target may have begun)"
    );
    EXPECT_EQ(
        verdict(without_answer(TryOutcome::timed_out), standard(Trigger::success)).reason,
        "no answer in time"
    );
    EXPECT_EQ(
        verdict(without_answer(TryOutcome::refused, "{{metadata.x}}: gone"), start).reason,
        "not sent: {{metadata.x}}: gone"
    );
}

TEST(Delivery, of_a_start_that_is_dead_fails_its_task_with_a_reason)
{
    EXPECT_EQ(
        start_failure_reason(verdict(with_status(500), standard(Trigger::start), 3)),
        "on_start webhook failed: answered 500 (try 3)"
    );
}

TEST(Delivery, has_a_next_try_exactly_when_it_waits)
{
    for (const Trigger trigger : all_triggers)
        for (int tries = 1; tries <= 12; ++tries)
            for (const int status : {200, 302, 404, 408, 429, 500, 599}) {
                const DeliveryVerdict result =
                    verdict(with_status(status), standard(trigger), tries);
                EXPECT_EQ(result.try_at.has_value(), result.state == DeliveryState::waiting);
                EXPECT_EQ(result.reason.empty(), result.state == DeliveryState::delivered);
                const bool is_used_up = tries >= standard(trigger).tries_max;
                EXPECT_FALSE(is_used_up && result.state == DeliveryState::waiting) << tries;
            }
}

} // namespace
} // namespace sluice::delivery_test
