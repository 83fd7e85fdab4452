// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/action.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::when_fields_test {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view post =
    R"({"kind":"Webhook","params":{"url":"http://h/","verb":"Post"}})";

Checked<Action> read(std::string_view when, const ActionRules& rules = {})
{
    Json json = parse_json(post).value();
    json["when"] = parse_json(when).value();
    return read_action(json, rules);
}

Lines problems_of(std::string_view when, const ActionRules& rules = {})
{
    Lines lines;
    if (const Checked<Action> action = read(when, rules); !action)
        for (const Problem& problem : action.error())
            lines.push_back(format_problem(problem));
    return lines;
}

// The problems of one condition.
Lines problems_of_condition(std::string_view condition)
{
    return problems_of(fmt::format(R"([{{"when":{},"then":"success"}}])", condition));
}

TEST(WhenFields, are_read)
{
    const Action action = read(R"([
        {"when": {"pointer": "/state", "equals": "done"}, "then": "success"},
        {"when": {"status": 409}, "then": "failure"},
        {"when": {"status": [200, 202], "pointer": "/n", "greater": 1, "less": 9.5,
                  "exists": true}, "then": "failure", "note": "x"}])")
                              .value();
    ASSERT_EQ(action.when.size(), 3u);
    EXPECT_EQ(action.when[0].condition.equals, Json("done"));
    EXPECT_EQ(action.when[0].condition.pointer, JsonPointer::parse("/state").value());
    EXPECT_EQ(action.when[0].outcome, TaskState::succeeded);
    EXPECT_EQ(action.when[1].condition.statuses, std::vector<std::int64_t>({409}));
    EXPECT_EQ(action.when[1].outcome, TaskState::failed);
    EXPECT_EQ(action.when[2].condition.statuses, std::vector<std::int64_t>({200, 202}));
    EXPECT_EQ(action.when[2].condition.greater, Json(1));
    EXPECT_EQ(action.when[2].condition.less, Json(9.5));
    EXPECT_EQ(action.when[2].condition.exists, true);
    EXPECT_FALSE(action.when[2].condition.equals);
}

TEST(WhenFields, may_be_a_single_entry)
{
    const Action action =
        read(R"({"when":{"pointer":"/state","equals":"done"},"then":"success"})").value();
    ASSERT_EQ(action.when.size(), 1u);
    EXPECT_EQ(action.when[0].outcome, TaskState::succeeded);
}

TEST(WhenFields, a_value_may_be_compared_with_null)
{
    const Action action =
        read(R"([{"when":{"pointer":"/error","equals":null},"then":"success"}])").value();
    ASSERT_TRUE(action.when[0].condition.equals);
    EXPECT_TRUE(action.when[0].condition.equals->is_null());
}

TEST(WhenFields, actions_follow_alone_or_as_a_list)
{
    const Action one =
        read(fmt::format(R"([{{"when":{{"status":200}},"then":{}}}])", post)).value();
    ASSERT_EQ(one.when[0].actions.size(), 1u);
    EXPECT_EQ(one.when[0].actions[0].params.url, "http://h/");
    EXPECT_FALSE(one.when[0].outcome);
    const Action two = read(fmt::format(
                                R"([{{"when":{{"status":200}},"then":[{},{{"ref":
                                "0198c5a8-7d4e-7000-8000-00000000000a"}}]}}])",
                                post
                            ))
                           .value();
    ASSERT_EQ(two.when[0].actions.size(), 2u);
    EXPECT_TRUE(two.when[0].actions[1].ref);
}

TEST(WhenFields, problems_of_actions_within_are_told_where_they_stand)
{
    EXPECT_EQ(
        problems_of(R"([{"when":{"status":200},"then":[{"kind":"Webhook","params":{"url":"",
                        "verb":"Get"}}]}])"),
        Lines({"when[0].then[0].params: url: must not be empty"})
    );
}

TEST(WhenFields, rules_hold_for_actions_within_too)
{
    ActionRules rules;
    rules.check_url = [](std::string_view url) -> std::optional<std::string> {
        if (url == "http://h/")
            return std::nullopt;
        return "is elsewhere";
    };
    EXPECT_EQ(
        problems_of(
            R"([{"when":{"status":200},"then":{"kind":"Webhook","params":{"url":"http://x/",
                        "verb":"Get"}}}])",
            rules
        ),
        Lines({"when[0].then.params: url: is elsewhere"})
    );
}

TEST(WhenFields, a_condition_says_what_it_is_about)
{
    EXPECT_EQ(problems_of_condition("{}"), Lines({"when[0].when: needs 'status' or 'pointer'"}));
    EXPECT_EQ(
        problems_of_condition(R"({"status": 200, "pointer": "/a", "equal": 1})"),
        Lines({"when[0].when: needs one of 'equals', 'exists', 'greater' and 'less' beside "
               "'pointer'"})
    );
    for (const char* test :
         {R"("equals":null)", R"("exists":true)", R"("greater":1)", R"("less":1)"})
        EXPECT_EQ(
            problems_of_condition(fmt::format("{{{}}}", test)),
            Lines({"when[0].when: needs 'pointer', which says what is compared"})
        ) << test;
}

TEST(WhenFields, values_of_another_kind_are_refused)
{
    const std::pair<const char*, const char*> cases[] = {
        {R"({"status": 99})", "status: must be a whole number from 100 to 599, not the number 99"},
        {R"({"status": "200"})",
         "status: must be a whole number from 100 to 599, not the text '200'"},
        {R"({"status": []})", "status: must hold from 1 to 32 elements, not 0"},
        {R"({"status": [200, 600]})",
         "status[1]: must be a whole number from 100 to 599, not the number 600"},
        {R"({"pointer": "a", "exists": true})",
         "pointer: 'a' is not a JSON pointer: it does not begin with '/' (accepted: '', '/state', "
         "'/items/0')"},
        {R"({"pointer": 1, "exists": true})", "pointer: must be text, not the number 1"},
        {R"({"pointer": "/a", "exists": 1})", "exists: must be true or false, not the number 1"},
        {R"({"pointer": "/a", "greater": "1"})", "greater: must be a number, not the text '1'"},
        {R"({"pointer": "/a", "less": [1]})", "less: must be a number, not a list"},
    };
    for (const auto& [condition, problem] : cases)
        EXPECT_EQ(
            problems_of_condition(condition), Lines({std::string("when[0].when.") + problem})
        );
    EXPECT_EQ(
        problems_of_condition("3"), Lines({"when[0].when: must be an object, not the number 3"})
    );
}

TEST(WhenFields, both_members_are_required_and_outcomes_are_case_exact)
{
    EXPECT_EQ(
        problems_of("[{}]"), Lines({"when[0].when: is required", "when[0].then: is required"})
    );
    EXPECT_EQ(
        problems_of(R"([{"when":{"status":200},"then":"Success"}])"),
        Lines({"when[0].then: must be one of success, failure, not the text 'Success'"})
    );
    EXPECT_EQ(
        problems_of(R"([{"when":{"status":200},"then":true}])"),
        Lines({"when[0].then: must be 'success', 'failure', an action or a list of actions, not "
               "true"})
    );
    EXPECT_EQ(
        problems_of(R"([{"when":{"status":200},"then":[]}])"),
        Lines({"when[0].then: must hold from 1 to 16 elements, not 0"})
    );
}

TEST(WhenFields, are_limited_in_number_and_size)
{
    Json entries = Json::array();
    while (entries.size() < 16)
        entries.push_back(parse_json(R"({"when":{"status":200},"then":"success"})").value());
    EXPECT_EQ(problems_of(dump_json(entries)), Lines());
    entries.push_back(entries[0]);
    EXPECT_EQ(
        problems_of(dump_json(entries)), Lines({"when: must hold from 1 to 16 elements, not 17"})
    );
    EXPECT_EQ(problems_of("[]"), Lines());
    const std::string pointer = "/" + std::string(1024, 'x');
    EXPECT_EQ(
        problems_of_condition(fmt::format(R"({{"pointer":"{}","exists":true}})", pointer)),
        Lines({"when[0].when.pointer: must be at most 1024 bytes long"})
    );
}

// An action with `when` that holds an action with `when` …
Json nested(int depth)
{
    Json action = parse_json(post).value();
    if (depth == 0)
        return action;
    Json entry{{"when", {{"status", 200}}}};
    entry["then"] = nested(depth - 1);
    action["when"] = Json::array({entry});
    return action;
}

TEST(WhenFields, nest_three_deep_at_most)
{
    EXPECT_TRUE(read_action(nested(3), {}));
    const Checked<Action> deep = read_action(nested(4), {});
    ASSERT_FALSE(deep);
    EXPECT_EQ(
        format_problem(deep.error().at(0)),
        "when[0].then.when[0].then.when[0].then.when[0].then: actions may stand within 'when' of "
        "others 3 deep at most"
    );
}

} // namespace
} // namespace sluice::when_fields_test
