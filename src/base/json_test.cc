// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::json_test {

namespace {

std::string why_refused(std::string_view text, const JsonLimits& limits = {})
{
    const Result<Json> value = parse_json(text, limits);
    return value ? "accepted: " + dump_json(*value) : value.error().detail;
}

TEST(ParseJson, reads_every_kind_of_value_in_the_order_written)
{
    const std::string text =
        R"({"z":null,"a":[true,false,-1,18446744073709551615,0.5,"x"],"m":{},"e":[]})";

    EXPECT_EQ(dump_json(parse_json(text).value()), text);
}

TEST(ParseJson, keeps_numbers_exact)
{
    EXPECT_EQ(parse_json("9007199254740993").value(), Json(std::int64_t{9007199254740993}));
    EXPECT_EQ(parse_json("-9223372036854775808").value(), Json(INT64_MIN));
    EXPECT_EQ(parse_json("18446744073709551615").value(), Json(UINT64_MAX));
    for (const char* digits : {"0.1", "123456.78901234567", "1.7976931348623157e308", "5e-324"})
        EXPECT_EQ(parse_json(digits).value().get<double>(), std::strtod(digits, nullptr)) << digits;
    EXPECT_EQ(parse_json("1e-400").value(), Json(0.0)) << "smaller than there are";
}

TEST(ParseJson, reads_values_that_stand_alone)
{
    EXPECT_EQ(parse_json(" \"x\" ").value(), Json("x"));
    EXPECT_EQ(parse_json("null").value(), Json(nullptr));
}

TEST(ParseJson, refuses_what_is_not_json)
{
    for (const char* text :
         {"", " ", "{", "[1,]", "{'a':1}", "{a:1}", "[1] 2", "nul", "01", "+1", ".5", "NaN",
          "\"\x01\"", "\"\\x\"", "\"\\ud800\"", "\"\xff\"", "// x\n1", "\xef\xbb\xbf"})
        EXPECT_TRUE(why_refused(text).starts_with("not valid JSON: ")) << text << why_refused(text);
}

TEST(ParseJson, tells_where_the_mistake_is)
{
    EXPECT_EQ(why_refused("{\n  \"a\": 1,\n}"), "not valid JSON: mistake at line 3, column 1");
    EXPECT_EQ(why_refused("[1, 2"), "not valid JSON: mistake at line 1, column 6");
}

TEST(ParseJson, refuses_numbers_beyond_its_range)
{
    for (const char* text : {"1e400", "-1e400", "18446744073709551616", "-9223372036854775809"})
        EXPECT_EQ(
            why_refused("{\"1e999\\\"9\": -1.5e3,\n \"a\": [0, " + std::string(text) + "]}"),
            "a number that does not fit at line 2, column 11: integers of 64 bits and "
            "double-precision numbers are accepted"
        ) << text;
}

TEST(ParseJson, refuses_a_key_that_stands_twice_at_any_depth)
{
    const std::string reason = "not valid JSON: key 'a' stands twice in an object";

    EXPECT_EQ(why_refused(R"({"a":1,"a":2})"), reason);
    EXPECT_EQ(why_refused(R"([{"b":{"a":1,"c":2,"a":1}}])"), reason);
    EXPECT_EQ(why_refused(R"({"a":1,"\u0061":2})"), reason) << "spelled differently";
    EXPECT_TRUE(parse_json(R"([{"a":1},{"a":{"a":2}}])").has_value());
}

TEST(ParseJson, refuses_nesting_beyond_the_limit)
{
    const JsonLimits limits{.depth_max = 3};

    EXPECT_EQ(why_refused("[[[]]]", limits), "accepted: [[[]]]");
    EXPECT_EQ(why_refused("[[[[]]]]", limits), "JSON is nested deeper than 3 levels");
    const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
    EXPECT_EQ(why_refused(deep), "JSON is nested deeper than 64 levels");
}

TEST(ParseJson, refuses_a_document_beyond_the_limit)
{
    EXPECT_EQ(
        why_refused("[1,2,3]", {.bytes_max = 6}),
        "JSON of 7 bytes is larger than the limit of 6 bytes"
    );
    EXPECT_TRUE(parse_json("[1,2,3]", {.bytes_max = 7}).has_value());
}

TEST(DumpJson, replaces_bytes_that_are_not_utf8)
{
    EXPECT_EQ(dump_json(Json("a\xff")), "\"a\xef\xbf\xbd\"");
}

TEST(DumpJson, writes_one_line_or_two_spaces)
{
    const Json value{{"a", {1, 2}}};

    EXPECT_EQ(dump_json(value), R"({"a":[1,2]})");
    EXPECT_EQ(dump_json_pretty(value), "{\n  \"a\": [\n    1,\n    2\n  ]\n}");
}

TEST(DumpJson, round_trips_doubles)
{
    for (const double value : {0.1, 1.0 / 3, 1e-300, 123456789.12345678})
        EXPECT_EQ(parse_json(dump_json(Json(value))).value().get<double>(), value);
}

} // namespace

} // namespace sluice::json_test
