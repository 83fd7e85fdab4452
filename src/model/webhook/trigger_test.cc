// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/trigger.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::trigger_test {
namespace {

constexpr std::string_view task = "0198c5a8-7d4e-7000-8000-000000000001";

constexpr Trigger all_triggers[] = {
    Trigger::start, Trigger::success, Trigger::failure, Trigger::cancel};

std::string key(int attempt, Trigger trigger, std::size_t index = 0)
{
    std::string text = idempotency_key({task, attempt, trigger, index});
    EXPECT_TRUE(text.starts_with(task));
    return text.substr(task.size());
}

TEST(Trigger, is_spelled_for_clients_headers_and_documents)
{
    EXPECT_EQ(name(Trigger::start), "Start");
    EXPECT_EQ(name(Trigger::success), "End");
    EXPECT_EQ(name(Trigger::failure), "End");
    EXPECT_EQ(name(Trigger::cancel), "Cancel");
    EXPECT_EQ(header_word(Trigger::start), "start");
    EXPECT_EQ(header_word(Trigger::success), "end");
    EXPECT_EQ(header_word(Trigger::failure), "end");
    EXPECT_EQ(header_word(Trigger::cancel), "cancel");
    EXPECT_EQ(member_name(Trigger::start), "on_start");
    EXPECT_EQ(member_name(Trigger::success), "on_success");
    EXPECT_EQ(member_name(Trigger::failure), "on_failure");
    EXPECT_EQ(member_name(Trigger::cancel), "on_cancel");
}

TEST(IdempotencyKey, of_the_first_attempt_and_action_is_that_of_old_clients)
{
    EXPECT_EQ(key(1, Trigger::start), ":start");
    EXPECT_EQ(key(1, Trigger::success), ":end:success");
    EXPECT_EQ(key(1, Trigger::failure), ":end:failure");
    EXPECT_EQ(key(1, Trigger::cancel), ":cancel");
}

TEST(IdempotencyKey, names_later_attempts_and_actions)
{
    EXPECT_EQ(key(2, Trigger::start), ":2:start");
    EXPECT_EQ(key(12, Trigger::failure), ":12:end:failure");
    EXPECT_EQ(key(1, Trigger::success, 1), ":end:success:1");
    EXPECT_EQ(key(3, Trigger::cancel, 2), ":3:cancel:2");
}

TEST(IdempotencyKey, of_an_action_that_an_answer_asked_for_goes_on_from_its_delivery)
{
    const std::string first = follow_up_key(idempotency_key({task, 1, Trigger::start, 0}), 0, 2);
    EXPECT_EQ(first.substr(task.size()), ":start:when:0:2");
    EXPECT_EQ(follow_up_key(first, 1, 0).substr(task.size()), ":start:when:0:2:when:1:0");
}

TEST(IdempotencyKey, differs_for_everything_that_is_not_the_same_delivery)
{
    std::set<std::string> keys;
    std::size_t count = 0;
    for (const Trigger trigger : all_triggers)
        for (int attempt = 1; attempt <= 12; ++attempt)
            for (std::size_t index = 0; index < 12; ++index) {
                const std::string text = key(attempt, trigger, index);
                keys.insert(text);
                keys.insert(follow_up_key(text, index, index));
                count += 2;
            }
    EXPECT_EQ(keys.size(), count);
}

} // namespace
} // namespace sluice::trigger_test
