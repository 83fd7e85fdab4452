// SPDX-License-Identifier: Apache-2.0
#include "model/json/json_contains.h"

#include "model/json/json_testing.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace sluice::json_contains_test {
namespace {

// PostgreSQL 15 gave the same answer to each pair of the tables below.
struct Pair {
    std::string_view whole, part;
};

bool contains_text(const Pair& pair)
{
    return contains(parse_json(pair.whole).value(), parse_json(pair.part).value());
}

void expect_contained(std::initializer_list<Pair> pairs)
{
    for (const Pair& pair : pairs)
        EXPECT_TRUE(contains_text(pair)) << pair.whole << " @> " << pair.part;
}

void expect_not_contained(std::initializer_list<Pair> pairs)
{
    for (const Pair& pair : pairs)
        EXPECT_FALSE(contains_text(pair)) << pair.whole << " @> " << pair.part;
}

TEST(Contains, scalars_contain_their_equals)
{
    expect_contained({
        {"null", "null"},
        {"true", "true"},
        {"false", "false"},
        {"7", "7"},
        {R"("a")", R"("a")"},
        {R"("")", R"("")"},
        {R"({"a":null})", R"({"a":null})"},
        {R"({"a":"x"})", R"({"a":"x"})"},
    });
    expect_not_contained({
        {"true", "false"},
        {"null", "false"},
        {"0", "false"},
        {"0", "null"},
        {R"("")", "null"},
        {"1", "2"},
        {"1", R"("1")"},
        {R"("true")", "true"},
        {R"({"a":null})", R"({"a":0})"},
        {R"({"a":"1"})", R"({"a":1})"},
        {R"({"a":1})", R"({"a":true})"},
    });
}

TEST(Contains, text_is_compared_byte_by_byte)
{
    expect_contained({
        {R"("\u00e9")", R"("é")"},
        {R"("\/\u0041")", R"("/A")"},
        {R"("\ud83d\ude00")", R"("😀")"},
        {R"("\t\"\\")", R"("\u0009\u0022\u005c")"},
    });
    expect_not_contained({
        {R"("abc")", R"("ab")"},
        {R"("a")", R"("A")"},
        {R"("a")", R"("a ")"},
        {R"("é")", R"("e\u0301")"},
        {R"({"A":1})", R"({"a":1})"},
        {R"({"é":1})", R"({"e\u0301":1})"},
    });
}

TEST(Contains, numbers_are_compared_by_value)
{
    expect_contained({
        {"1", "1.0"},
        {"1.0", "1"},
        {"1", "1e0"},
        {"100", "1E+2"},
        {"-0", "0"},
        {"-0.0", "0"},
        {"0e5", "-0"},
        {"0.5", "5e-1"},
        {"0.10", "0.1"},
        {"-1", "-1.00"},
        {"9007199254740993", "9007199254740993"},
        {"9007199254740992", "9007199254740992.0"},
        {"1152921504606846976", "1152921504606846976.0"},
        {"9223372036854775808", "9223372036854775808.0"},
        {"-9223372036854775808", "-9223372036854775808.0"},
        {"18446744073709551615", "18446744073709551615"},
        {"18446744073709551616.0", "1.8446744073709551616e19"},
        {R"({"a":[1.0]})", R"({"a":[1]})"},
    });
    expect_not_contained({
        {"1", "-1"},
        {"1", "1.5"},
        {"1", "1.0000000000000002"},
        {"9007199254740993", "9007199254740992"},
        {"9007199254740993", "9007199254740992.0"},
        {"9007199254740992.0", "9007199254740993"},
        {"9223372036854775807", "9223372036854775808.0"},
        {"9223372036854775807", "9223372036854775808"},
        {"18446744073709551615", "18446744073709551616.0"},
        {"18446744073709551615", "-1"},
        {"-1", "18446744073709551615"},
        {"9223372036854775808", "-9223372036854775808"},
    });
}

TEST(Contains, an_object_contains_each_object_whose_members_it_has)
{
    expect_contained({
        {"{}", "{}"},
        {R"({"a":1})", "{}"},
        {R"({"a":1,"b":2})", R"({"b":2})"},
        {R"({"a":1,"b":2})", R"({"b":2,"a":1})"},
        {R"({"":1})", R"({"":1})"},
        {R"({"a":{"b":1,"c":2},"d":3})", R"({"a":{"c":2}})"},
        {R"({"a":{"b":1}})", R"({"a":{}})"},
        {R"({"a":{"b":{"c":[1,2]}}})", R"({"a":{"b":{"c":[2]}}})"},
    });
    expect_not_contained({
        {"{}", R"({"a":1})"},
        {"{}", R"({"a":null})"},
        {R"({"a":1})", R"({"a":2})"},
        {R"({"a":1})", R"({"b":1})"},
        {R"({"a":1})", R"({"a":1,"b":2})"},
        {R"({"a":{"b":1}})", R"({"b":1})"},
        {R"({"a":{"b":1}})", R"({"a":{"b":1,"c":1}})"},
        {R"({"a":{"b":{"c":[1,2]}}})", R"({"a":{"b":{"c":[3]}}})"},
    });
}

TEST(Contains, an_array_contains_each_array_whose_elements_it_has)
{
    expect_contained({
        {"[]", "[]"},
        {"[1]", "[]"},
        {"[1,2,3]", "[3,1]"},
        {"[1,2,3]", "[1,1,2,2]"},
        {"[1]", "[1,1,1]"},
        {"[1,1]", "[1]"},
        {"[null]", "[null]"},
        {R"(["a",1,true])", R"([true,"a"])"},
        {R"({"a":[1,2]})", R"({"a":[]})"},
        {R"({"a":[1,2]})", R"({"a":[2,1,2]})"},
    });
    expect_not_contained({
        {"[]", "[1]"},
        {"[]", "[null]"},
        {"[]", "[[]]"},
        {"[]", "[{}]"},
        {"[1,2]", "[1,3]"},
        {"[1]", R"(["1"])"},
        {"[1]", "[[]]"},
        {R"({"a":[1]})", R"({"a":[1,2]})"},
    });
}

TEST(Contains, an_element_of_an_array_may_contain_more_than_is_asked)
{
    expect_contained({
        {"[[1,2]]", "[[2]]"},
        {"[[1,2]]", "[[1],[2]]"},
        {"[[1],[2]]", "[[]]"},
        {R"([{"a":1,"b":2}])", R"([{"a":1},{"b":2}])"},
        {R"([{"a":1}])", "[{}]"},
        {R"([1,{"a":[{"b":1,"c":2}]}])", R"([{"a":[{"c":2}]}])"},
        {R"([[1,{"a":2}],3])", R"([[{"a":2}],3])"},
    });
    expect_not_contained({
        {"[[1],[2]]", "[[1,2]]"},
        {R"([{"a":1},{"b":2}])", R"([{"a":1,"b":2}])"},
        {"[[[1]]]", "[[1]]"},
        {"[[]]", "[{}]"},
        {"[{}]", "[[]]"},
        {"[1,[2]]", "[2]"},
        {"[1,[2]]", "[[1]]"},
    });
}

TEST(Contains, an_array_contains_a_bare_scalar_among_its_elements)
{
    expect_contained({
        {"[1,2]", "1"},
        {"[1,2]", "2.0"},
        {R"(["foo","bar"])", R"("bar")"},
        {"[null]", "null"},
        {"[false]", "false"},
    });
    expect_not_contained({
        {"[]", "null"},
        {"[]", "1"},
        {"[1,2]", "3"},
        {R"(["1"])", "1"},
        {R"(["foobar"])", R"("foo")"},
    });
}

TEST(Contains, a_bare_scalar_is_found_at_the_top_only_and_contains_no_array)
{
    expect_not_contained({
        {"1", "[1]"},
        {R"("bar")", R"(["bar"])"},
        {"1", "[]"},
        {"null", "[]"},
        {"[[1]]", "1"},
        {"[[1]]", "[1]"},
        {"[1]", "[[1]]"},
        {R"({"a":[1]})", R"({"a":1})"},
        {R"({"a":1})", R"({"a":[1]})"},
        {R"({"a":1})", R"({"a":[]})"},
        {R"([{"a":[1]}])", R"([{"a":1}])"},
    });
}

TEST(Contains, objects_arrays_and_scalars_do_not_contain_each_other)
{
    expect_not_contained({
        {"{}", "[]"},
        {"[]", "{}"},
        {R"([{"a":1}])", R"({"a":1})"},
        {R"({"a":1})", R"([{"a":1}])"},
        {R"({"a":1})", R"(["a"])"},
        {R"({"a":1})", R"("a")"},
        {R"(["a"])", R"({"a":null})"},
        {R"("a")", R"({"a":1})"},
        {"1", "{}"},
        {"{}", "null"},
        {"null", "{}"},
        {R"({"a":{}})", R"({"a":[]})"},
        {R"({"a":[]})", R"({"a":{}})"},
        {R"({"a":{}})", R"({"a":null})"},
        {R"({"a":null})", R"({"a":{}})"},
    });
}

TEST(Contains, numbers_made_in_code_are_compared_like_parsed_ones)
{
    EXPECT_TRUE(contains(Json(std::int64_t{1}), Json(std::uint64_t{1})));
    EXPECT_TRUE(contains(Json(1.0), Json(std::uint64_t{1})));
    EXPECT_FALSE(contains(Json(std::int64_t{-1}), Json(UINT64_MAX)));
}

TEST(Contains, values_as_deep_as_the_parser_allows_are_compared)
{
    const std::size_t depth = JsonLimits().depth_max - 1; // only an empty array may be deeper
    const std::string open(depth, '['), close(depth, ']');
    const Json deep = parse_json(open + "1,2" + close).value();

    EXPECT_TRUE(contains(deep, parse_json(open + "2" + close).value()));
    EXPECT_FALSE(contains(deep, parse_json(open + "3" + close).value()));
}

// What is left when members and elements are dropped, repeated and put into another order.
Json random_part(const Json& whole, Random& random)
{
    if (is_scalar(whole))
        return whole;
    auto children = children_of(whole);
    shuffle(children, random);
    Json part = whole.is_array() ? Json::array() : Json::object();
    for (const auto& [name, child] : children) {
        if (random.next() % 4 == 0)
            continue;
        if (part.is_object())
            part[name] = random_part(child, random);
        else
            for (std::uint64_t times = random.next() % 2 + 1; times > 0; --times)
                part.push_back(random_part(child, random));
    }
    return part;
}

TEST(Contains, a_value_contains_what_is_left_of_it_and_so_do_all_that_contain_it)
{
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        SeededRandom random(seed);
        const Json whole = random_json(random, 4);
        const Json part = random_part(whole, random);
        const Json part_of_part = random_part(part, random);
        ASSERT_TRUE(contains(whole, whole)) << "seed " << seed << ": " << whole;
        ASSERT_TRUE(contains(whole, part)) << "seed " << seed << ": " << whole << part;
        ASSERT_TRUE(contains(whole, part_of_part)) << "seed " << seed << ": " << whole << part;
    }
}

TEST(IsScalar, all_but_objects_and_arrays_are)
{
    for (const std::string_view text : {"null", "true", "0", "1.5", "\"\"", "\"[]\""})
        EXPECT_TRUE(is_scalar(parse_json(text).value())) << text;
    for (const std::string_view text : {"[]", "{}", "[1]", R"({"a":1})"})
        EXPECT_FALSE(is_scalar(parse_json(text).value())) << text;
}

} // namespace
} // namespace sluice::json_contains_test
