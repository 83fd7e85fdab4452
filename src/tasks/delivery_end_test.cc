// SPDX-License-Identifier: Apache-2.0
#include "tasks/delivery_end.h"

#include "base/text.h"

#include <gtest/gtest.h>

namespace sluice::delivery_end_test {
namespace {

using namespace std::chrono_literals;

DeliveryRow row(Trigger trigger, int position = 0, int attempt = 1)
{
    DeliveryRow row;
    row.id = DeliveryId{5};
    row.attempt = attempt;
    row.trigger = trigger;
    row.position = position;
    return row;
}

DeliveryRow follow_up()
{
    DeliveryRow asked = row(Trigger::start);
    asked.action = "{}";
    asked.key = "a:start:when:0:0";
    return asked;
}

std::string kept_of(std::string body)
{
    WebhookReply reply;
    reply.body = std::move(body);
    return end_of_try(row(Trigger::success), WorkerId{1}, reply, {}, {}).answer;
}

TEST(DeliveryEnd, the_key_of_a_delivery_is_that_of_its_place_or_its_own)
{
    EXPECT_EQ(key_of(row(Trigger::success), "a"), "a:end:success");
    EXPECT_EQ(key_of(row(Trigger::cancel, 2, 3), "a"), "a:3:cancel:2");
    EXPECT_EQ(key_of(follow_up(), "a"), "a:start:when:0:0");
}

TEST(DeliveryEnd, what_a_start_asked_for_is_tried_as_other_webhooks_are)
{
    const DeliveryDefaults defaults;
    EXPECT_EQ(retry_of(follow_up(), Action(), defaults), defaults.other);
    EXPECT_EQ(retry_of(row(Trigger::cancel), Action(), defaults), defaults.other);
    Action action;
    action.retry.emplace().retries_max = 1;
    EXPECT_EQ(retry_of(row(Trigger::success), action, defaults).tries_max, 2);
}

TEST(DeliveryEnd, says_how_a_try_went)
{
    WebhookReply reply;
    reply.answer.status = 503;
    reply.body = "busy";
    const DeliveryVerdict verdict{DeliveryState::waiting, Time(7s), "answered 503"};
    const EndTry end =
        end_of_try(row(Trigger::success), WorkerId{3}, reply, verdict, {{"{}", "key"}});
    EXPECT_EQ(end.delivery, DeliveryId{5});
    EXPECT_EQ(end.worker, WorkerId{3});
    EXPECT_EQ(end.status, DeliveryStatus::waiting);
    EXPECT_EQ(end.again_at, Time(7s));
    EXPECT_TRUE(end.counts);
    EXPECT_EQ(end.answered, 503);
    EXPECT_EQ(end.reason, "answered 503");
    EXPECT_EQ(end.answer, "busy");
    EXPECT_EQ(end.follow_ups.size(), 1u);

    reply.answer.outcome = TryOutcome::timed_out;
    const DeliveryVerdict dead{DeliveryState::dead, std::nullopt, "no answer in time"};
    EXPECT_EQ(
        end_of_try(row(Trigger::success), WorkerId{3}, reply, dead, {}).answered, std::nullopt
    );
    EXPECT_EQ(
        end_of_try(row(Trigger::success), WorkerId{3}, reply, dead, {}).status, DeliveryStatus::dead
    );
}

TEST(DeliveryEnd, keeps_the_last_bytes_of_an_answer_as_text)
{
    EXPECT_EQ(kept_of("short"), "short");
    EXPECT_EQ(kept_of(std::string(3000, 'a') + "end"), std::string(2045, 'a') + "end");
    EXPECT_TRUE(is_utf8(kept_of("a\xff\x00z")));
    EXPECT_EQ(kept_of(std::string("a\0b", 3)).find('\0'), std::string::npos);
    for (std::size_t more = 0; more < 4; ++more) { // cut within "€", three bytes
        std::string body;
        while (body.size() < 3000)
            body += "\xe2\x82\xac";
        const std::string kept = kept_of(body + std::string(more, 'x'));
        EXPECT_TRUE(kept.starts_with("\xe2\x82\xac")) << more;
        EXPECT_LE(kept.size(), answer_bytes_max);
    }
}

TEST(DeliveryEnd, what_is_handed_back_was_not_tried_and_keeps_what_was_known)
{
    DeliveryRow before = row(Trigger::success);
    before.answered = 500;
    before.reason = "answered 500";
    before.answer = "busy";
    const EndTry end = handed_back(before, WorkerId{3}, Time(9s));
    EXPECT_FALSE(end.counts);
    EXPECT_EQ(end.status, DeliveryStatus::waiting);
    EXPECT_EQ(end.again_at, Time(9s));
    EXPECT_EQ(end.answered, 500);
    EXPECT_EQ(end.reason, "answered 500");
    EXPECT_EQ(end.answer, "busy");
}

} // namespace
} // namespace sluice::delivery_end_test
