// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/rule_value.h"

#include "model/json/json_testing.h"

#include <gtest/gtest.h>

#include <array>

namespace sluice::rule_value_test {
namespace {

using enum ValueOperator;

constexpr std::array all_operators{equals,   not_equals,   greater_than, less_than,
                                   contains, not_contains, exists,       not_exists};

// `value` and `wanted` as JSON text.
bool holds(std::string_view value, ValueOperator op, std::string_view wanted)
{
    const Json json = parse_json(value).value();
    return is_value(&json, op, parse_json(wanted).value());
}

TEST(RuleValue, operators_have_the_names_of_the_contract)
{
    const std::array<std::string_view, 8> names{"Equals",   "NotEquals", "GreaterThan",
                                                "LessThan", "Contains",  "NotContains",
                                                "Exists",   "NotExists"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        EXPECT_EQ(name(all_operators[i]), names[i]);
        EXPECT_EQ(value_operator(names[i]), all_operators[i]);
    }
    EXPECT_EQ(value_operator("equals"), std::nullopt);
}

TEST(RuleValue, a_missing_key_is_not_equal_does_not_contain_and_does_not_exist)
{
    for (const ValueOperator op : all_operators)
        EXPECT_EQ(
            is_value(nullptr, op, Json(1)),
            op == not_equals || op == not_contains || op == not_exists
        ) << name(op);
}

TEST(RuleValue, a_key_with_null_exists)
{
    EXPECT_TRUE(holds("null", exists, "null"));
    EXPECT_FALSE(holds("null", not_exists, "null"));
    EXPECT_TRUE(holds("null", equals, "null"));
}

TEST(RuleValue, values_are_equal_as_json_values)
{
    EXPECT_TRUE(holds("1", equals, "1.0"));
    EXPECT_TRUE(holds(R"({"a":1,"b":[2]})", equals, R"({"b":[2.0],"a":1})"));
    EXPECT_FALSE(holds("[1,2]", equals, "[2,1]"));
    EXPECT_FALSE(holds("1", equals, "\"1\""));
    EXPECT_FALSE(holds("0", equals, "false"));
    EXPECT_FALSE(holds("9007199254740993", equals, "9007199254740992"));
}

TEST(RuleValue, numbers_are_compared_exactly)
{
    EXPECT_TRUE(holds("2", greater_than, "1"));
    EXPECT_FALSE(holds("1", greater_than, "1.0"));
    EXPECT_TRUE(holds("0.5", less_than, "1"));
    EXPECT_TRUE(holds("-1", less_than, "18446744073709551615"));
    EXPECT_TRUE(holds("9007199254740993", greater_than, "9007199254740992"));
    EXPECT_TRUE(holds("9007199254740993", greater_than, "9007199254740992.0"));
    EXPECT_TRUE(holds("18446744073709551615", less_than, "1e300"));
    EXPECT_TRUE(holds("-9223372036854775808", greater_than, "-1e300"));
}

TEST(RuleValue, texts_are_compared_by_their_bytes)
{
    EXPECT_TRUE(holds("\"b\"", greater_than, "\"a\""));
    EXPECT_TRUE(holds("\"Z\"", less_than, "\"a\""));
    EXPECT_TRUE(holds("\"ä\"", greater_than, "\"z\""));
    EXPECT_FALSE(holds("\"10\"", greater_than, "\"9\""));
}

TEST(RuleValue, values_of_other_types_have_no_order)
{
    const std::array values{"null", "true", "1", "\"1\"", "[1]", "{\"1\":1}"};
    for (const char* a : values)
        for (const char* b : values) {
            const bool can_be_ordered = std::string_view(a) == b && (a[0] == '1' || a[0] == '"');
            EXPECT_FALSE(holds(a, greater_than, b) || holds(a, less_than, b)) << a << " " << b;
            if (!can_be_ordered)
                continue;
            EXPECT_TRUE(holds(a, equals, b));
        }
}

TEST(RuleValue, contains_looks_for_text_in_text_items_in_arrays_and_keys_in_objects)
{
    EXPECT_TRUE(holds("\"workflow\"", contains, "\"flow\""));
    EXPECT_FALSE(holds("\"workflow\"", contains, "\"Flow\""));
    EXPECT_TRUE(holds("[1,\"a\",{\"b\":2}]", contains, "1.0"));
    EXPECT_TRUE(holds("[1,\"a\",{\"b\":2}]", contains, "{\"b\":2}"));
    EXPECT_FALSE(holds("[\"ab\"]", contains, "\"a\""));
    EXPECT_TRUE(holds("{\"a\":1}", contains, "\"a\""));
    EXPECT_FALSE(holds("{\"a\":1}", contains, "1"));
    for (const char* value : {"12", "null", "true"})
        EXPECT_FALSE(holds(value, contains, "\"1\"")) << value;
    EXPECT_FALSE(holds("\"12\"", contains, "1"));
}

TEST(RuleValue, operators_come_in_pairs_that_contradict_each_other)
{
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        SeededRandom random(seed);
        const Json value = random_json(random, 2);
        const Json wanted = random_json(random, 2);
        for (const Json* json : {&value, static_cast<const Json*>(nullptr)}) {
            EXPECT_NE(is_value(json, equals, wanted), is_value(json, not_equals, wanted));
            EXPECT_NE(is_value(json, contains, wanted), is_value(json, not_contains, wanted));
            EXPECT_NE(is_value(json, exists, wanted), is_value(json, not_exists, wanted));
            const int order = is_value(json, equals, wanted) + is_value(json, less_than, wanted) +
                              is_value(json, greater_than, wanted);
            EXPECT_LE(order, 1) << "seed " << seed;
        }
    }
}

} // namespace
} // namespace sluice::rule_value_test
