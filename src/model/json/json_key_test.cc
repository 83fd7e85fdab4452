// SPDX-License-Identifier: Apache-2.0
#include "model/json/json_key.h"

#include "model/json/json_contains.h"
#include "model/json/json_testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <map>
#include <vector>

namespace sluice::json_key_test {
namespace {

std::string canonical_text(std::string_view text)
{
    return canonical_json(parse_json(text).value());
}

std::string key_text(const JsonKey& key)
{
    return fmt::format("{:016x} {:016x}", key.high, key.low);
}

std::string key_text(std::string_view text)
{
    return key_text(json_key(parse_json(text).value()));
}

TEST(CanonicalJson, whole_numbers_of_64_bits_are_written_by_their_digits)
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"1", "1"},
        {"1.0", "1"},
        {"1e0", "1"},
        {"-0", "0"},
        {"-0.0", "0"},
        {"-7.00", "-7"},
        {"1e15", "1000000000000000"},
        {"9007199254740993", "9007199254740993"},
        {"9223372036854775808.0", "9223372036854775808"},
        {"-9223372036854775808.0", "-9223372036854775808"},
        {"1e19", "10000000000000000000"},
        {"18446744073709551615", "18446744073709551615"}};
    for (const auto& [text, canonical] : table)
        EXPECT_EQ(canonical_text(text), canonical);
}

TEST(CanonicalJson, other_numbers_are_written_by_the_fewest_digits_with_an_exponent)
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"0.5", "5e-01"},
        {"-0.50", "-5e-01"},
        {"1.25", "1.25e+00"},
        {"0.1000000000000000055", "1e-01"},
        {"12345.678", "1.2345678e+04"},
        {"0.30000000000000004", "3.0000000000000004e-01"},
        {"4503599627370495.5", "4.5035996273704955e+15"},
        {"18446744073709551616.0", "1.8446744073709552e+19"},
        {"-9223372036854777856.0", "-9.223372036854778e+18"},
        {"1180591620717411303424.0", "1.1805916207174113e+21"},
        {"1e23", "1e+23"},
        {"5e-324", "5e-324"},
        {"1.7976931348623157e308", "1.7976931348623157e+308"}};
    for (const auto& [text, canonical] : table)
        EXPECT_EQ(canonical_text(text), canonical);
}

TEST(CanonicalJson, members_are_sorted_by_the_bytes_of_their_names_at_any_depth)
{
    EXPECT_EQ(
        canonical_text(R"({"é":1,"b":{"z":1,"a":2},"":[{"y":1,"x":2}],"ab":2,"B":3,"a":4})"),
        R"({"":[{"x":2,"y":1}],"B":3,"a":4,"ab":2,"b":{"a":2,"z":1},"é":1})"
    );
}

TEST(CanonicalJson, elements_keep_their_order)
{
    EXPECT_EQ(canonical_text("[3, 1, 2, [], {}, 1]"), "[3,1,2,[],{},1]");
    EXPECT_EQ(canonical_text("[true, false, null]"), "[true,false,null]");
}

TEST(CanonicalJson, only_what_must_be_escaped_is)
{
    EXPECT_EQ(
        canonical_text(R"("\"\\\/ \n\u001f\u0000\u007f\u00e9\ud83d\ude00")"),
        "\"\\\"\\\\/ \\u000a\\u001f\\u0000\x7fé😀\""
    );
    EXPECT_EQ(canonical_text(R"({"\n":1})"), R"({"\u000a":1})");
}

TEST(CanonicalJson, bytes_that_are_not_utf8_stay_different)
{
    EXPECT_NE(canonical_json(Json("\xfe")), canonical_json(Json("\xff")));
}

TEST(CanonicalJson, reads_back_as_a_value_of_the_same_text)
{
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        SeededRandom random(seed);
        const Json value = random_json(random, 4);
        const std::string text = canonical_json(value);
        ASSERT_EQ(canonical_text(text), text) << "seed " << seed;
        ASSERT_TRUE(contains(value, parse_json(text).value())) << "seed " << seed;
    }
}

TEST(CanonicalJson, every_double_reads_back_exactly)
{
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        SeededRandom random(seed);
        const auto number = std::bit_cast<double>(random.next());
        if (!std::isfinite(number))
            continue;
        const Json read = parse_json(canonical_json(Json(number))).value();
        ASSERT_EQ(read.get<double>(), number) << "seed " << seed;
    }
}

// Computed by other programs: keys are stored, and these may never change.
TEST(JsonKey, is_half_of_the_sha256_of_the_canonical_text)
{
    EXPECT_EQ(key_text("null"), "74234e98afe7498f b5daf1f36ac2d78a");
    EXPECT_EQ(key_text("1.0"), "6b86b273ff34fce1 9d6b804eff5a3f57");
    EXPECT_EQ(key_text(R"("1")"), "391552c099c101b1 31feaf24c5795a6a");
    EXPECT_EQ(key_text(" {} "), "44136fa355b3678a 1146ad16f7e8649e");
    EXPECT_EQ(key_text("[]"), "4f53cda18c2baa0c 0354bb5f9a3ecbe5");
    EXPECT_EQ(
        key_text(R"({"b": null, "a": [1e0, 0.5, "\u00e9"]})"), "c124c58399d25090 d3652ee21214df33"
    );
}

// The same value with members in another order and whole numbers as doubles.
Json rewritten(const Json& value, Random& random)
{
    if (value.is_number_integer())
        return value.get<double>();
    if (is_scalar(value))
        return value;
    auto children = children_of(value);
    if (value.is_object())
        shuffle(children, random);
    Json copy = value.is_array() ? Json::array() : Json::object();
    for (const auto& [name, child] : children) {
        if (copy.is_array())
            copy.push_back(rewritten(child, random));
        else
            copy[name] = rewritten(child, random);
    }
    return copy;
}

TEST(JsonKey, does_not_depend_on_how_a_value_was_written)
{
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        SeededRandom random(seed);
        const Json value = random_json(random, 4);
        const Json other = rewritten(value, random);
        ASSERT_EQ(json_key(value), json_key(other)) << "seed " << seed << ": " << value << other;
    }
}

TEST(JsonKey, different_values_have_different_keys)
{
    const std::string_view texts[] = {
        "null",   "true",     "false",   "0",         "1",           "-1",
        "0.5",    "1e300",    R"("")",   R"("null")", R"("true")",   R"("1")",
        "[]",     "{}",       "[[]]",    "[{}]",      "[1]",         "[1,2]",
        "[2,1]",  "[[1],2]",  "[1,[2]]", R"("[]")",   R"(["1,2"])",  R"(["1","2"])",
        "[null]", R"([""])",  "[12]",    R"("\"")",   R"("\\\"")",   R"({"a":1})",
        "[1,1]",  "[[1,2]]",  R"("A")",  R"("a")",    R"({"b":1})",  R"({"a":"1"})",
        "1.5",    R"("a ")",  R"("é")",  "1e301",     R"({"a":{}})", R"({"a":1,"b":1})",
        "-1e300", R"([1,""])"};
    std::map<JsonKey, std::string_view> seen;
    for (const std::string_view text : texts) {
        const auto [place, is_new] = seen.emplace(json_key(parse_json(text).value()), text);
        EXPECT_TRUE(is_new) << text << " and " << place->second;
    }
}

TEST(JsonKey, scalars_have_one_key_exactly_when_they_contain_each_other)
{
    const Json scalars[] = {
        nullptr, true, false,      0,      0u,     -0.0,   1,         1.0,
        -1,      -1.0, UINT64_MAX, 0x1p64, 0x1p63, 0.5,    INT64_MIN, -0x1p63,
        "",      "1",  "1.0",      "null", "\xff", "\xfe", INT64_MAX, (INT64_C(1) << 53) + 1};
    for (const Json& a : scalars)
        for (const Json& b : scalars)
            EXPECT_EQ(json_key(a) == json_key(b), contains(a, b))
                << canonical_json(a) << " " << canonical_json(b);
}

TEST(JsonKey, named_values_have_the_key_of_the_object_with_these_members)
{
    const Json name = "ada";
    const Json count = 3.0;
    const NamedJson pairs[] = {{"user", &name}, {"count", &count}};
    const NamedJson turned[] = {{"count", &count}, {"user", &name}};
    const JsonKey key = json_key(std::span(pairs));

    EXPECT_EQ(key_text(key), "cb8382a3009e6017 deb3263645fcd706");
    EXPECT_EQ(json_key(std::span(turned)), key);
    EXPECT_EQ(json_key(parse_json(R"({"count":3,"user":"ada"})").value()), key);
}

TEST(JsonKey, the_names_of_values_take_part)
{
    const Json one = 1;
    const Json two = 2;
    const std::vector<NamedJson> values{{"a", &one}, {"b", &two}};
    const std::vector<NamedJson> exchanged{{"a", &two}, {"b", &one}};
    const std::vector<NamedJson> renamed{{"a", &one}, {"c", &two}};

    const JsonKey key = json_key(std::span(values));
    EXPECT_NE(json_key(std::span(exchanged)), key);
    EXPECT_NE(json_key(std::span(renamed)), key);
    EXPECT_NE(json_key(std::span(values).first(1)), key);
    EXPECT_EQ(json_key(std::span<const NamedJson>()), json_key(Json::object()));
}

} // namespace
} // namespace sluice::json_key_test
