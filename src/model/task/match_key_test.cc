// SPDX-License-Identifier: Apache-2.0
#include "model/task/match_key.h"

#include <gtest/gtest.h>

namespace sluice::match_key_test {
namespace {

std::optional<MatchKey> key_of(std::vector<std::string> fields, std::string_view metadata)
{
    fields = match_fields(std::move(fields));
    return match_key(fields, parse_json(std::string(metadata)).value());
}

TEST(MatchKey, is_the_same_for_equal_values_whatever_else_the_metadata_holds)
{
    const auto key = key_of({"customer", "n"}, R"({"customer": "a", "n": 1})");
    EXPECT_EQ(key, key_of({"n", "customer", "n"}, R"({"n": 1.0, "more": [], "customer": "a"})"));
    EXPECT_NE(key, key_of({"customer", "n"}, R"({"customer": "a", "n": "1"})"));
    EXPECT_NE(key, key_of({"customer"}, R"({"customer": "a", "n": 1})"));
    EXPECT_NE(key_of({"a", "b"}, R"({"a": 1, "b": 2})"), key_of({"a", "b"}, R"({"a": 2, "b": 1})"));
}

TEST(MatchKey, is_none_when_a_field_is_missing)
{
    EXPECT_EQ(key_of({"customer"}, R"({"other": 1})"), std::nullopt);
    EXPECT_EQ(key_of({"customer"}, "null"), std::nullopt);
    EXPECT_EQ(key_of({"customer"}, R"(["customer"])"), std::nullopt);
    EXPECT_TRUE(key_of({"customer"}, R"({"customer": null})"));
}

TEST(MatchKey, of_no_fields_is_one_for_all)
{
    EXPECT_TRUE(key_of({}, "null"));
    EXPECT_EQ(key_of({}, "null"), key_of({}, R"({"a": 1})"));
}

TEST(MatchKey, comes_with_a_pattern_when_a_value_is_no_scalar)
{
    EXPECT_EQ(key_of({"a"}, R"({"a": "x"})")->pattern, std::nullopt);
    EXPECT_EQ(
        key_of({"a", "b"}, R"({"b": 1, "a": ["x"], "c": 2})")->pattern, R"({"a":["x"],"b":1})"
    );
    EXPECT_EQ(key_of({"a"}, R"({"a": {"y": 1, "x": 2}})")->pattern, R"({"a":{"x":2,"y":1}})");
}

TEST(RulesIn, reads_what_was_sent)
{
    const std::string id = "018f3b6e-0000-7000-8000-000000000000";
    const std::string other = "018f3b6e-0000-7000-8000-000000000001";
    const std::string text = R"([{"type": "Concurency", "max_concurency": 3,
        "matcher": {"status": "Running", "kind": "k", "fields": ["a"]}},
        {"ref": ")" + other + R"("}, {"ref": ")" +
                             id + R"("}, {"ref": ")" + other + R"("}])";
    const std::vector<TaskRule> rules = rules_in(text);
    ASSERT_EQ(rules.size(), 4);
    EXPECT_EQ(rules[0].maximum, 3);
    EXPECT_EQ(rules[0].matcher.fields, std::vector<std::string>{"a"});
    EXPECT_EQ(rules[1].stored, other);
    EXPECT_EQ(stored_rules_in(text), (std::vector<std::string>{id, other}));
    EXPECT_TRUE(rules_in("[]").empty());
    EXPECT_TRUE(stored_rules_in("[]").empty());
}

} // namespace
} // namespace sluice::match_key_test
