// SPDX-License-Identifier: Apache-2.0
#include "sdk/conversation.h"

#include "sdk/testing.h"

#include <gtest/gtest.h>

namespace sluice::client::conversation_test {

namespace {

using namespace std::chrono_literals;
using testing::caught;

const Reply done = Answer{.status = 200, .body = "result"};
const Reply unreached = NoAnswer{.reason = "refused", .was_sent = false};
const Reply broken = NoAnswer{.reason = "broken", .was_sent = true};

Reply refusal(int status, Headers headers = {})
{
    return Answer{.status = status, .headers = std::move(headers)};
}

class ScriptedLine final : public Line {
public:
    explicit ScriptedLine(std::vector<Reply> given) : replies(std::move(given)) {}

    Reply perform(const Request& request) override
    {
        methods.push_back(request.method);
        return replies.at(methods.size() - 1);
    }
    void pause(std::chrono::milliseconds duration) override { pauses.push_back(duration); }

    std::vector<Reply> replies;
    std::vector<std::string> methods;
    std::vector<std::chrono::milliseconds> pauses;
};

Call call(bool is_repeatable)
{
    Call call;
    call.request.method = "PUT";
    call.is_repeatable = is_repeatable;
    return call;
}

Call confirmed_call(bool holds)
{
    Call asked = call(true);
    asked.confirmation =
        Confirmation{{.method = "GET", .path = "/"}, [=](const Answer&) { return holds; }};
    return asked;
}

std::string hold(const Call& call, ScriptedLine& line, int tries = 6)
{
    SeededRandom random(1);
    return converse(call, {tries, 200ms}, line, random).body;
}

TEST(Conversation, tries_again_only_what_can_do_no_harm)
{
    struct Case {
        Reply first;
        bool any_call;
        bool repeatable_call;
    };
    const std::vector<Case> cases{
        {unreached, true, true},      {broken, false, true},        {refusal(503), true, true},
        {refusal(429), true, true},   {refusal(502), false, true},  {refusal(504), false, true},
        {refusal(500), false, false}, {refusal(400), false, false}, {refusal(401), false, false},
        {refusal(404), false, false}, {refusal(409), false, false}, {refusal(302), false, false}};
    for (const Case& one : cases)
        for (const bool is_repeatable : {false, true}) {
            ScriptedLine line({one.first, done});
            const bool again = is_repeatable ? one.repeatable_call : one.any_call;
            const auto error = caught<Error>([&] { hold(call(is_repeatable), line); });
            EXPECT_EQ(line.methods.size(), again ? 2u : 1u) << &one - cases.data();
            EXPECT_EQ(error.has_value(), !again);
        }
}

TEST(Conversation, ends_with_the_last_error)
{
    ScriptedLine line({broken, refusal(503), unreached});
    const auto error = caught<Unavailable>([&] { hold(call(true), line, 3); });
    ASSERT_TRUE(error);
    EXPECT_STREQ(error->what(), "no answer: refused");
    EXPECT_EQ(error->status(), 0);
    EXPECT_EQ(line.pauses.size(), 2u);
}

TEST(Conversation, of_one_try_has_none_again)
{
    ScriptedLine line({unreached});
    EXPECT_TRUE(caught<Unavailable>([&] { hold(call(true), line, 1); }));
}

TEST(Conversation, doubles_its_pauses_up_to_the_longest)
{
    ScriptedLine line(std::vector<Reply>(12, unreached));
    EXPECT_TRUE(caught<Unavailable>([&] { hold(call(true), line, 12); }));
    auto longest = 200ms;
    for (const auto pause : line.pauses) {
        EXPECT_LE(longest / 2, pause);
        EXPECT_LE(pause, longest);
        longest = std::min(longest * 2, 10'000ms);
    }
}

TEST(Conversation, waits_as_long_as_the_server_asks)
{
    ScriptedLine line({refusal(503, {{"retry-after", "7"}}), done});
    EXPECT_EQ(hold(call(false), line), "result");
    EXPECT_LE(7s, line.pauses[0]);
    EXPECT_LE(line.pauses[0], 7s * 5 / 4);
}

TEST(Conversation, passes_over_a_retry_after_that_is_no_number_of_seconds)
{
    for (const char* text : {"", "soon", "-1", "Sat, 31 Jan 2026 12:00:00 GMT"}) {
        ScriptedLine line({refusal(503, {{"retry-after", text}}), done});
        EXPECT_EQ(hold(call(false), line), "result");
        EXPECT_LE(line.pauses[0], 200ms);
    }
}

TEST(Conversation, tells_who_is_to_wait_too_long)
{
    ScriptedLine line({refusal(429, {{"retry-after", "61"}})});
    const auto error = caught<Unavailable>([&] { hold(call(true), line); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->retry_after(), 61s);
}

TEST(Conversation, confirms_a_repetition_that_is_refused_as_done)
{
    for (const int status : {400, 404, 409}) {
        ScriptedLine line({broken, refusal(503), refusal(status), done});
        EXPECT_EQ(hold(confirmed_call(true), line), "result");
        EXPECT_EQ(line.methods, (std::vector<std::string>{"PUT", "PUT", "PUT", "GET"}));
    }
}

TEST(Conversation, confirms_nothing_when_the_first_request_was_not_obeyed)
{
    for (const Reply& first : {unreached, refusal(503), refusal(429)}) {
        ScriptedLine line({first, refusal(404)});
        EXPECT_TRUE(caught<NotFound>([&] { hold(confirmed_call(true), line); }));
        EXPECT_EQ(line.methods.size(), 2u);
    }
}

TEST(Conversation, gives_the_refusal_when_it_is_not_confirmed)
{
    ScriptedLine denied({broken, refusal(409), done});
    EXPECT_TRUE(caught<Conflict>([&] { hold(confirmed_call(false), denied); }));
    ScriptedLine unheard({broken, refusal(409), refusal(404)});
    EXPECT_TRUE(caught<Conflict>([&] { hold(confirmed_call(true), unheard); }));
}

} // namespace

} // namespace sluice::client::conversation_test
