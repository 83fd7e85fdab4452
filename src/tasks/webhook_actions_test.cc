// SPDX-License-Identifier: Apache-2.0
#include "tasks/webhook_actions.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::webhook_actions_test {
namespace {

Json document(std::string_view text)
{
    return parse_json(text).value();
}

BatchFact batch(std::string_view spec = "{}")
{
    BatchFact fact;
    fact.run = RunId{7};
    fact.spec = document(spec);
    return fact;
}

constexpr std::string_view plain =
    R"({"kind": "Webhook", "params": {"url": "http://a.example/x", "verb": "Post"}})";

std::string target_of(std::string_view url)
{
    Json action = document(plain);
    action["params"]["url"] = url;
    return ready_action(action).value()->target;
}

bool needs_metadata(std::string_view member, std::string_view value)
{
    Json action = document(plain);
    action["params"][std::string(member)] = document(value);
    return ready_action(action).value()->needs_metadata;
}

TEST(ReadyAction, a_target_is_a_host_and_a_port)
{
    EXPECT_EQ(target_of("http://A.example./x?y"), "a.example:80");
    EXPECT_EQ(target_of("https://a.example"), "a.example:443");
    EXPECT_EQ(target_of("http://a.example:8080/{{ metadata.path }}"), "a.example:8080");
}

TEST(ReadyAction, metadata_are_needed_when_a_template_mentions_them)
{
    EXPECT_FALSE(needs_metadata("url", R"("http://a.example/{{task.id}}?a={{{{metadata}}")"));
    EXPECT_TRUE(needs_metadata("url", R"("http://a.example/{{metadata.a}}")"));
    EXPECT_FALSE(needs_metadata("headers", R"({"a": "metadata", "b": "{{attempt}}"})"));
    EXPECT_TRUE(needs_metadata("headers", R"({"a": "b", "c": "d {{ metadata['a.b'] }}"})"));
    EXPECT_FALSE(needs_metadata("body", R"({"{{metadata}}": [1, {"a": "{{batch.id}}"}]})"));
    EXPECT_TRUE(needs_metadata("body", R"({"x": [1, {"a": "{{metadata}}"}]})"));
}

TEST(ReadyAction, what_cannot_be_sent_says_why)
{
    const auto refusal = [](std::string_view text) {
        return ready_action(document(text)).error().detail;
    };
    EXPECT_NE(refusal(R"({"kind": "Webhook"})").find("params: is required"), std::string::npos);
    EXPECT_EQ(
        refusal(R"({"ref": "01890a5d-ac96-774b-bcce-b302099a8057"})"),
        "action '01890a5d-ac96-774b-bcce-b302099a8057' is not stored here"
    );
}

TEST(WebhookActions, finds_the_action_of_a_place)
{
    WebhookActions actions;
    const BatchFact fact = batch(fmt::format(R"({{"actions": [{}]}})", plain));
    const std::string payload = R"({"on_start": 0, "on_success": [{"kind": "Webhook", "params":
        {"url": "http://b.example/", "verb": "Get"}}, 0]})";

    EXPECT_EQ(actions.at(fact, payload, Trigger::start, 0).value()->target, "a.example:80");
    EXPECT_EQ(actions.at(fact, payload, Trigger::success, 0).value()->target, "b.example:80");
    EXPECT_EQ(actions.at(fact, payload, Trigger::success, 1).value()->target, "a.example:80");
    EXPECT_EQ(
        actions.at(fact, payload, Trigger::success, 2).error().detail,
        "on_success[2]: there is no such action"
    );
}

TEST(WebhookActions, those_that_a_target_registered_follow_those_of_the_task)
{
    WebhookActions actions;
    const std::string payload =
        fmt::format(R"({{"on_start": {}, "on_cancel": [{}]}})", plain, plain);
    const std::string registered =
        R"([{"kind": "Webhook", "params": {"url": "http://c.example/", "verb": "Get"}}])";
    const auto target = [&](std::size_t position) {
        return actions.at(batch(), payload, Trigger::cancel, position, registered).value()->target;
    };
    EXPECT_EQ(target(0), "a.example:80");
    EXPECT_EQ(target(1), "c.example:80");
    EXPECT_FALSE(actions.at(batch(), payload, Trigger::cancel, 2, registered));
    EXPECT_FALSE(actions.at(batch(), payload, Trigger::cancel, 1));
}

TEST(WebhookActions, equal_payloads_of_a_batch_share_an_action)
{
    WebhookActions actions;
    const std::string payload = fmt::format(R"({{"on_start": {}}})", plain);
    const ReadyActionRef first = actions.at(batch(), payload, Trigger::start, 0).value();
    EXPECT_EQ(actions.at(batch(), payload, Trigger::start, 0).value(), first);

    BatchFact other = batch();
    other.run = RunId{8};
    EXPECT_NE(actions.at(other, payload, Trigger::start, 0).value(), first);
    EXPECT_EQ(actions.kept(), 2u);
}

TEST(WebhookActions, keeps_a_bounded_number_of_small_ones)
{
    WebhookActions actions;
    BatchFact fact = batch();
    const std::string payload = fmt::format(R"({{"on_start": {}}})", plain);
    for (std::int64_t run = 1; run <= 1500; ++run) {
        fact.run = RunId{run};
        ASSERT_TRUE(actions.at(fact, payload, Trigger::start, 0));
    }
    EXPECT_EQ(actions.kept(), WebhookActions::kept_max);

    WebhookActions fresh;
    Json large = document(plain);
    large["params"]["body"] = std::string(20'000, 'x');
    fact.spec = Json{{"actions", Json::array({large})}};
    ASSERT_TRUE(fresh.at(fact, R"({"on_start": 0})", Trigger::start, 0));
    ASSERT_TRUE(fresh.at(fact, payload + std::string(5000, ' '), Trigger::start, 0));
    EXPECT_EQ(fresh.kept(), 0u);
}

} // namespace
} // namespace sluice::webhook_actions_test
