// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/inside.h"
#include "sluice/trigger_rule.h"

#include <gtest/gtest.h>

namespace sluice::workflows::rule_test {
namespace {

std::string described(const Rule& rule)
{
    return describe_rule(Inside::rule(rule));
}

TEST(Rules, are_made_by_functions)
{
    EXPECT_EQ(described(always()), "always()");
    EXPECT_EQ(
        described(all({task_success("a"), task_failed("b")})),
        "all(task_success(a), task_failed(b))"
    );
    EXPECT_EQ(described(any({task_skipped("a")})), "any(task_skipped(a))");
    EXPECT_EQ(described(none({})), "none()");
    EXPECT_EQ(
        described(context_value("n", Operator::greater_than, 5)), "context_value(n, GreaterThan, 5)"
    );
}

TEST(Rules, are_joined_by_operators)
{
    EXPECT_EQ(
        described((task_success("a") && !task_failed("b")) || always()),
        "any(all(task_success(a), none(task_failed(b))), always())"
    );
}

TEST(Rules, joined_in_a_row_are_not_nested)
{
    Rule rule = task_success("a");
    for (int i = 0; i < 1'000; ++i)
        rule = std::move(rule) && task_success("a");
    EXPECT_EQ(depth_of(Inside::rule(rule)), 2u);
    EXPECT_EQ(Inside::rule(rule).parts.size(), 1'001u);
}

TEST(Rules, are_documents_and_come_back)
{
    const Rule rule = all({task_success("a"), context_value("k", Operator::not_exists)});
    EXPECT_EQ(Rule::from_json(rule.to_json()).to_json(), rule.to_json());
}

TEST(Rules, that_are_none_are_refused_with_all_problems)
{
    EXPECT_THROW(Rule::from_json("{"), DefinitionError);
    try {
        Rule::from_json(R"({"type":"All","conditions":[{"type":"Some"},{"type":"TaskFailed"}]})");
        FAIL() << "it was read";
    } catch (const DefinitionError& error) {
        EXPECT_GE(error.problems().size(), 2u) << error.what();
    }
}

TEST(Rules, take_values_that_are_json)
{
    const Json twice = Json::object({{"x", 1}, {"x", 2}});
    EXPECT_THROW(context_value("k", Operator::equals, twice), DefinitionError);
}

TEST(Rules, spell_their_operators_as_documents_do)
{
    const std::pair<Operator, std::string_view> cases[] = {
        {Operator::equals, "Equals"},
        {Operator::not_equals, "NotEquals"},
        {Operator::greater_than, "GreaterThan"},
        {Operator::less_than, "LessThan"},
        {Operator::contains, "Contains"},
        {Operator::not_contains, "NotContains"},
        {Operator::exists, "Exists"},
        {Operator::not_exists, "NotExists"},
    };
    for (const auto& [op, word] : cases)
        EXPECT_EQ(name(op), word);
}

} // namespace
} // namespace sluice::workflows::rule_test
