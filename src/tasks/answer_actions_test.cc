// SPDX-License-Identifier: Apache-2.0
#include "tasks/answer_actions.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::answer_actions_test {
namespace {

constexpr std::string_view good =
    R"({"kind": "Webhook", "params": {"url": "http://a.example/x", "verb": "Post"}})";
constexpr std::string_view bad = R"({"kind": "Webhook", "params": {"url": "http://a.example/x"}})";

Json document(std::string_view text)
{
    return parse_json(text).value();
}

WebhookReply answered(int status, std::string body)
{
    WebhookReply reply;
    reply.answer.status = status;
    reply.body = std::move(body);
    return reply;
}

const DeliveryVerdict delivered{};
const DeliveryVerdict dead{DeliveryState::dead, std::nullopt, "answered 404"};
const DeliveryVerdict waiting{DeliveryState::waiting, Time(), "answered 500"};

ReadyActionRef action_with(std::string_view when)
{
    Json action = document(good);
    action["when"] = document(when);
    return ready_action(action).value();
}

// What is registered, and how many lines say why something is not.
struct Registered {
    int count = 0;
    std::string actions;
    std::size_t ignored = 0;

    friend bool operator==(const Registered&, const Registered&) = default;
};

std::ostream& operator<<(std::ostream& out, const Registered& registered)
{
    return out << registered.count << " " << registered.actions << " " << registered.ignored;
}

Registered registered_by(std::string body)
{
    std::vector<std::string> ignored;
    const Outcome outcome =
        start_outcome(answered(200, std::move(body)), delivered, {}, ActionRules(), ignored);
    EXPECT_EQ(outcome.kind, Outcome::Kind::accepted);
    return {outcome.cancel_actions_count, outcome.cancel_actions, ignored.size()};
}

TEST(CancelRequest, an_action_or_a_list_of_them_is_registered_as_it_was_sent)
{
    const std::string one = dump_json(document(good));
    const std::string more = R"({"more":1,)" + one.substr(1);
    EXPECT_EQ(registered_by(std::string(good)), (Registered{1, "[" + one + "]", 0}));
    EXPECT_EQ(
        registered_by("[" + more + "," + one + "]"),
        (Registered{2, "[" + more + "," + one + "]", 0})
    );
}

TEST(CancelRequest, any_other_answer_registers_nothing)
{
    for (const char* body :
         {"", "ok", "null", "[]", "{}", R"({"accepted": true})", R"({"kind": "job", "ref": 7})",
          R"(["a", 1, {"b": 2}])", R"({"kind": "Webhook")"})
        EXPECT_EQ(registered_by(body), Registered()) << body;
    EXPECT_EQ(registered_by(std::string(good) + " and more"), Registered());

    WebhookReply cut = answered(200, std::string(good));
    cut.is_whole = false;
    EXPECT_FALSE(json_of(cut));
}

TEST(CancelRequest, one_that_is_no_good_is_left_out_and_told)
{
    const std::string one = dump_json(document(good));
    EXPECT_EQ(registered_by(std::string(bad)), (Registered{0, "", 1}));
    EXPECT_EQ(
        registered_by(fmt::format("[{}, {}, 7]", bad, good)), (Registered{1, "[" + one + "]", 1})
    );
    const Json reference = document(R"({"ref": "01890a5d-ac96-774b-bcce-b302099a8057"})");
    EXPECT_EQ(cancel_request(reference, ActionRules()).actions.size(), 0u);
}

TEST(CancelRequest, one_that_names_a_stored_action_behind_its_own_answer_is_left_out_and_told)
{
    Json inner = document(good);
    inner["when"] = document(
        R"({"when": {"status": 200}, "then": {"ref": "01890a5d-ac96-774b-bcce-b302099a8057"}})"
    );
    Json outer = document(good);
    outer["when"] = Json{{"when", {{"status", 200}}}, {"then", inner}};
    for (const Json& action : {inner, outer}) {
        const CancelRequest request = cancel_request(action, ActionRules());
        EXPECT_TRUE(request.actions.empty()) << action;
        ASSERT_EQ(request.ignored.size(), 1u);
        EXPECT_EQ(request.ignored[0], "an answer cannot name a stored action");
    }
}

TEST(CancelRequest, is_checked_as_any_other_action)
{
    ActionRules rules;
    rules.check_url = [](std::string_view) { return std::optional<std::string>("not there"); };
    const CancelRequest request = cancel_request(document(good), rules);
    EXPECT_TRUE(request.actions.empty());
    ASSERT_EQ(request.ignored.size(), 1u);
    EXPECT_NE(request.ignored[0].find("not there"), std::string::npos);
}

TEST(CancelRequest, holds_a_bounded_number)
{
    Json list = Json::array();
    for (int i = 0; i < 120; ++i)
        list.push_back(document(good));
    const CancelRequest request = cancel_request(list, ActionRules());
    EXPECT_EQ(request.actions.size(), 100u);
    EXPECT_EQ(request.ignored.size(), 20u);
}

TEST(AnswerEffect, the_first_entry_that_holds_and_has_an_outcome_decides)
{
    const ReadyActionRef ready = action_with(
        R"([{"when": {"status": 204}, "then": "failure"},
            {"when": {"pointer": "/state", "equals": "done"}, "then": "success"},
            {"when": {"status": 200}, "then": "failure"}])"
    );
    const AnswerEffect done =
        effect_of(*ready, answered(200, R"({"state": "done"})"), delivered, "k");
    EXPECT_EQ(done.outcome, TaskState::succeeded);
    EXPECT_EQ(done.reason, "the webhook was answered 200: when[1] says success");
    const AnswerEffect other = effect_of(*ready, answered(200, "text"), delivered, "k");
    EXPECT_EQ(other.outcome, TaskState::failed);
    EXPECT_EQ(other.reason, "the webhook was answered 200: when[2] says failure");
    EXPECT_EQ(effect_of(*ready, answered(201, ""), delivered, "k").outcome, std::nullopt);
}

TEST(AnswerEffect, actions_of_all_entries_that_hold_follow_in_their_order_with_keys_of_their_own)
{
    const ReadyActionRef ready = action_with(fmt::format(
        R"([{{"when": {{"status": 200}}, "then": {0}}}, {{"when": {{"status": 201}}, "then": {0}}},
            {{"when": {{"pointer": "/a", "exists": true}}, "then": [{0}, {1}]}}])",
        good, R"({"kind": "Webhook", "params": {"url": "http://b.example/", "verb": "Get"}})"
    ));
    const AnswerEffect effect = effect_of(*ready, answered(200, R"({"a": 1})"), delivered, "k");
    ASSERT_EQ(effect.follow_ups.size(), 3u);
    EXPECT_EQ(effect.follow_ups[0].key, "k:when:0:0");
    EXPECT_EQ(effect.follow_ups[1].key, "k:when:2:0");
    EXPECT_EQ(effect.follow_ups[2].key, "k:when:2:1");
    EXPECT_EQ(effect.follow_ups[1].action, dump_json(document(good)));
    EXPECT_NE(effect.follow_ups[2].action.find("b.example"), std::string::npos);
}

TEST(AnswerEffect, a_single_entry_counts_as_a_list_of_one)
{
    const ReadyActionRef ready =
        action_with(fmt::format(R"({{"when": {{"status": 200}}, "then": {}}})", good));
    const AnswerEffect effect = effect_of(*ready, answered(200, ""), delivered, "k");
    ASSERT_EQ(effect.follow_ups.size(), 1u);
    EXPECT_EQ(effect.follow_ups[0].key, "k:when:0:0");
}

TEST(AnswerEffect, only_an_answer_that_ends_the_webhook_has_one)
{
    const ReadyActionRef ready =
        action_with(R"([{"when": {"status": [404, 500]}, "then": "success"}])");
    EXPECT_EQ(effect_of(*ready, answered(404, ""), dead, "k").outcome, TaskState::succeeded);
    EXPECT_EQ(effect_of(*ready, answered(500, ""), waiting, "k").outcome, std::nullopt);
    WebhookReply none = answered(404, "");
    none.answer.outcome = TryOutcome::timed_out;
    EXPECT_EQ(effect_of(*ready, none, dead, "k").outcome, std::nullopt);
}

TEST(StartOutcome, follows_the_verdict_unless_when_says_otherwise)
{
    std::vector<std::string> ignored;
    const auto outcome_of = [&](const DeliveryVerdict& verdict, AnswerEffect effect) {
        return start_outcome(
            answered(200, std::string(good)), verdict, std::move(effect), ActionRules(), ignored
        );
    };
    AnswerEffect success;
    success.outcome = TaskState::succeeded;
    AnswerEffect failure;
    failure.outcome = TaskState::failed;
    failure.reason = "why";

    EXPECT_EQ(outcome_of(delivered, {}).kind, Outcome::Kind::accepted);
    EXPECT_EQ(outcome_of(dead, {}).kind, Outcome::Kind::failed);
    EXPECT_EQ(outcome_of(dead, {}).failure, FailureKind::start);
    EXPECT_EQ(outcome_of(dead, {}).error, "on_start webhook failed: answered 404");
    for (const DeliveryVerdict& verdict : {delivered, dead}) {
        EXPECT_EQ(outcome_of(verdict, success).kind, Outcome::Kind::succeeded);
        EXPECT_EQ(outcome_of(verdict, success).cancel_actions, "");
        EXPECT_EQ(outcome_of(verdict, failure).kind, Outcome::Kind::failed);
        EXPECT_EQ(outcome_of(verdict, failure).failure, FailureKind::reported);
        EXPECT_EQ(outcome_of(verdict, failure).error, "why");
    }
}

TEST(StartOutcome, has_the_actions_of_when_however_the_start_ended)
{
    std::vector<std::string> ignored;
    const std::vector<std::optional<TaskState>> outcomes{
        std::nullopt, TaskState::succeeded, TaskState::failed};
    for (const DeliveryVerdict& verdict : {delivered, dead})
        for (const std::optional<TaskState>& outcome : outcomes) {
            AnswerEffect effect;
            effect.outcome = outcome;
            effect.follow_ups = {{"{}", "key"}};
            const Outcome ended = start_outcome(
                answered(404, ""), verdict, std::move(effect), ActionRules(), ignored
            );
            EXPECT_EQ(ended.follow_ups.size(), 1u);
        }
}

} // namespace
} // namespace sluice::answer_actions_test
