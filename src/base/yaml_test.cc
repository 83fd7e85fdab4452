// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::yaml_test {
namespace {

std::string read(std::string_view yaml)
{
    const Result<Json> json = parse_yaml(yaml);
    return json ? dump_json(*json) : json.error().detail;
}

TEST(Yaml, scalars_have_the_types_of_the_core_schema)
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"true", "true"},
        {"False", "false"},
        {"null", "null"},
        {"~", "null"},
        {"", "null"},
        {"yes", "\"yes\""},
        {"on", "\"on\""},
        {"tRue", "\"tRue\""},
        {"12", "12"},
        {"-7", "-7"},
        {"+7", "7"},
        {"007", "7"},
        {"0x1F", "31"},
        {"0o17", "15"},
        {"0xZZ", "\"0xZZ\""},
        {"1.5", "1.5"},
        {"-.5", "-0.5"},
        {"2e3", "2000.0"},
        {"1.", "1.0"},
        {".", "\".\""},
        {"1e", "\"1e\""},
        {"1_000", "\"1_000\""},
        {"1:30", "\"1:30\""},
        {"'12'", "\"12\""},
        {"\"true\"", "\"true\""},
        {"!!str 12", "\"12\""},
        {"512Mi", "\"512Mi\""},
        {"9223372036854775807", "9223372036854775807"},
        {"18446744073709551615", "18446744073709551615"},
        {"0e5", "0.0"},
        {"2026-01-31", "\"2026-01-31\""}};
    for (const auto& [yaml, json] : table)
        EXPECT_EQ(read(yaml), json) << yaml;
}

TEST(Yaml, a_pipeline_reads_like_its_json)
{
    EXPECT_EQ(
        read("pipeline:\n  name: words\ntransform:\n  cmd: [sh, -c, 'a | b']\n  env: {A: \"1\"}\n"
             "script: |\n  one\n  two\nlist:\n- 1\n- - 2\n"),
        R"({"pipeline":{"name":"words"},"transform":{"cmd":["sh","-c","a | b"],"env":{"A":"1"}},)"
        R"("script":"one\ntwo\n","list":[1,[2]]})"
    );
    EXPECT_EQ(read(R"({"a": [1, "x", null], "b": {}})"), R"({"a":[1,"x",null],"b":{}})");
}

TEST(Yaml, keys_are_text)
{
    EXPECT_EQ(read("1: a\ntrue: b\n"), R"({"1":"a","true":"b"})");
}

TEST(Yaml, aliases_repeat_their_anchor)
{
    EXPECT_EQ(read("a: &x {k: [1]}\nb: *x\n"), R"({"a":{"k":[1]},"b":{"k":[1]}})");
    EXPECT_EQ(read("a: &x 5\nb: *x\n"), R"({"a":5,"b":5})");
}

TEST(Yaml, what_json_cannot_say_is_refused_with_the_place)
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"a: 1\na: 2", "not valid YAML: key 'a' stands twice at line 2, column 1"},
        {"a: {b: 1, \"b\": 2}", "not valid YAML: key 'b' stands twice at line 1, column 11"},
        {"a: .nan", "not valid YAML: '.nan' is not a number of JSON at line 1, column 4"},
        {"-.INF", "not valid YAML: '-.INF' is not a number of JSON at line 1, column 1"},
        {"18446744073709551616", "the number 18446744073709551616 does not fit 64 bits"},
        {"1e999", "the number 1e999 does not fit a double"},
        {"1e-999", "the number 1e-999 does not fit a double"},
        {"? [a]\n: 1", "a key must be a scalar"},
        {"{a: 1}: 2", "a key must be a scalar"},
        {": 1", "a key is missing"},
        {"a: &x 1\n*x : 2", "an alias cannot be a key"},
        {"a: &x {b: *x}", "an alias inside its own anchor"},
        {"a: *x", "the referenced anchor is not defined"},
        {"a: !!binary aGk=", "the tag 'tag:yaml.org,2002:binary' is not supported"},
        {"a: !mine {}", "is not supported"},
        {"a: {<<: {b: 1}}", "merge keys ('<<') are not supported"},
        {"a: 1\n---\nb: 2", "it has more than one document"},
        {"a: [1", "end of sequence flow not found"},
        {"a: b: c", "illegal map value"},
        {"\xff", "it is not UTF-8 text"},
        {std::string_view("a\0b", 3), "it is not UTF-8 text"}};
    for (const auto& [yaml, reason] : table)
        EXPECT_NE(read(yaml).find(reason), std::string::npos) << yaml << ": " << read(yaml);
}

TEST(Yaml, aliases_cannot_grow_without_bound)
{
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 30; ++i)
        bomb += fmt::format("a{0}: &a{0} [*a{1},*a{1},*a{1},*a{1},*a{1},*a{1}]\n", i, i - 1);
    EXPECT_NE(read(bomb).find("more than 100000 values"), std::string::npos);

    std::string deep = "a0: &a0 [x]\n";
    for (int i = 1; i < 100; ++i)
        deep += fmt::format("a{0}: &a{0} [*a{1}]\n", i, i - 1);
    EXPECT_NE(read(deep).find("nested deeper than 64 levels"), std::string::npos);
}

TEST(Yaml, size_and_depth_have_limits)
{
    EXPECT_NE(
        read(std::string((1u << 20) + 1, ' ')).find("larger than the limit"), std::string::npos
    );
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(parse_yaml(nested(64)));
    EXPECT_NE(read(nested(65)).find("nested deeper than 64 levels"), std::string::npos);
    for (const std::string_view piece :
         {"[", "{", "- ", "? ", "{a: ", "!", "&a ", "*", "\"", "|\n"}) {
        std::string hostile;
        while (hostile.size() < 200'000)
            hostile += piece;
        EXPECT_FALSE(parse_yaml(hostile)) << piece;
    }
}

} // namespace
} // namespace sluice::yaml_test
