// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/when.h"

#include "model/webhook/action.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::when_test {
namespace {

AnswerCondition at(std::string_view pointer)
{
    AnswerCondition condition;
    condition.pointer = JsonPointer::parse(pointer).value();
    return condition;
}

bool holds(const AnswerCondition& condition, std::string_view body, int status = 200)
{
    const Json json = parse_json(body).value();
    return is_met(condition, {status, &json});
}

bool equals(std::string_view expected, std::string_view value)
{
    AnswerCondition condition = at("/v");
    condition.equals.emplace(parse_json(expected).value());
    return holds(condition, fmt::format(R"({{"v":{}}})", value));
}

TEST(When, a_status_is_one_of_those_given)
{
    AnswerCondition condition;
    condition.statuses = {200, 409};
    for (int status = 100; status <= 599; ++status)
        EXPECT_EQ(is_met(condition, {status, nullptr}), status == 200 || status == 409) << status;
}

TEST(When, equals_compares_json_values)
{
    EXPECT_TRUE(equals(R"("done")", R"("done")"));
    EXPECT_FALSE(equals(R"("done")", R"("Done")"));
    EXPECT_TRUE(equals("1", "1.0"));
    EXPECT_TRUE(equals("null", "null"));
    EXPECT_FALSE(equals("0", "false"));
    EXPECT_FALSE(equals("1", R"("1")"));
    EXPECT_FALSE(equals("-1", "18446744073709551615"));
    EXPECT_FALSE(equals("9007199254740993", "9007199254740992.0"));
    EXPECT_TRUE(equals(R"({"a":1,"b":[2]})", R"({"b":[2],"a":1})"));
    EXPECT_FALSE(equals("[1,2]", "[2,1]"));
    EXPECT_FALSE(equals(R"({"a":1})", R"({"a":1,"b":2})"));
}

TEST(When, exists_counts_null_as_a_value)
{
    AnswerCondition there = at("/a/0");
    there.exists = true;
    AnswerCondition gone = there;
    gone.exists = false;
    for (const char* body : {R"({"a":[null]})", R"({"a":[1,2]})", R"({"a":{"0":1}})"}) {
        EXPECT_TRUE(holds(there, body)) << body;
        EXPECT_FALSE(holds(gone, body)) << body;
    }
    for (const char* body : {"{}", R"({"a":[]})", R"({"a":"0"})", "null", "[]"}) {
        EXPECT_FALSE(holds(there, body)) << body;
        EXPECT_TRUE(holds(gone, body)) << body;
    }
}

TEST(When, greater_and_less_compare_numbers_strictly_and_exactly)
{
    // In ascending order; whatever type each is read as.
    const std::vector<std::string> numbers{
        "-1e300",
        "-9223372036854775808",
        "-1",
        "-0.5",
        "0",
        "0.1",
        "1",
        "9007199254740992.0",
        "9007199254740993",
        "9223372036854775807",
        "18446744073709551615",
        "1e300"};
    for (std::size_t i = 0; i < numbers.size(); ++i)
        for (std::size_t k = 0; k < numbers.size(); ++k) {
            AnswerCondition greater = at("");
            greater.greater.emplace(parse_json(numbers[i]).value());
            EXPECT_EQ(holds(greater, numbers[k]), k > i) << numbers[k] << " > " << numbers[i];
            AnswerCondition less = at("");
            less.less.emplace(parse_json(numbers[i]).value());
            EXPECT_EQ(holds(less, numbers[k]), k < i) << numbers[k] << " < " << numbers[i];
        }
}

TEST(When, only_numbers_are_greater_or_less)
{
    AnswerCondition greater = at("/v");
    greater.greater.emplace(0);
    AnswerCondition less = at("/v");
    less.less.emplace(1000);
    for (const char* body :
         {R"({"v":"5"})", R"({"v":null})", R"({"v":true})", R"({"v":[5]})", "{}", "5"}) {
        EXPECT_FALSE(holds(greater, body)) << body;
        EXPECT_FALSE(holds(less, body)) << body;
    }
}

TEST(When, all_parts_must_hold)
{
    AnswerCondition range = at("");
    range.statuses = {202};
    range.greater.emplace(1);
    range.less.emplace(5);
    EXPECT_TRUE(holds(range, "3", 202));
    EXPECT_FALSE(holds(range, "3", 200));
    EXPECT_FALSE(holds(range, "1", 202));
    EXPECT_FALSE(holds(range, "5", 202));
    range.exists = false;
    EXPECT_FALSE(holds(range, "3", 202));
}

TEST(When, an_answer_that_is_not_json_has_nothing_in_it)
{
    AnswerCondition condition = at("");
    condition.exists = true;
    EXPECT_FALSE(is_met(condition, {200, nullptr}));
    condition.exists = false;
    EXPECT_TRUE(is_met(condition, {200, nullptr}));
    AnswerCondition null = at("");
    null.equals.emplace(nullptr);
    EXPECT_FALSE(is_met(null, {200, nullptr}));
    EXPECT_TRUE(holds(null, "null"));
}

When entry(int status, std::optional<TaskState> outcome, std::size_t actions)
{
    When when;
    when.condition.statuses = {status};
    when.outcome = outcome;
    when.actions.resize(actions);
    return when;
}

TEST(When, the_first_entry_that_holds_decides_about_the_outcome)
{
    const std::vector<When> entries{
        entry(500, TaskState::failed, 0), entry(200, {}, 2), entry(200, TaskState::succeeded, 0),
        entry(200, TaskState::failed, 0)};
    const Consequences good = consequences_of(entries, {200, nullptr});
    EXPECT_EQ(good.outcome, TaskState::succeeded);
    EXPECT_EQ(good.outcome_when, 2u);
    const Consequences bad = consequences_of(entries, {500, nullptr});
    EXPECT_EQ(bad.outcome, TaskState::failed);
    EXPECT_EQ(bad.outcome_when, 0u);
    EXPECT_EQ(consequences_of(entries, {404, nullptr}).outcome, std::nullopt);
    EXPECT_EQ(consequences_of({}, {200, nullptr}).outcome, std::nullopt);
}

TEST(When, the_actions_of_all_entries_that_hold_follow_in_their_order)
{
    const std::vector<When> entries{
        entry(200, {}, 2), entry(404, {}, 3), entry(200, TaskState::failed, 0), entry(200, {}, 1)};
    const Consequences result = consequences_of(entries, {200, nullptr});
    ASSERT_EQ(result.actions.size(), 3u);
    const std::pair<std::size_t, std::size_t> expected[] = {{0, 0}, {0, 1}, {3, 0}};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(result.actions[i].when, expected[i].first);
        EXPECT_EQ(result.actions[i].index, expected[i].second);
        EXPECT_EQ(
            result.actions[i].action, &entries[expected[i].first].actions[expected[i].second]
        );
    }
}

} // namespace
} // namespace sluice::when_test
