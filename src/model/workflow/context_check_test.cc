// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/context_check.h"

#include "model/json/json_testing.h"

#include <gtest/gtest.h>

#include <limits>

namespace sluice::context_check_test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::string problem(const Json& context)
{
    const std::optional<Problem> found = context_problem(context);
    return found ? format_context_problem(*found) : "";
}

std::string read_problem(std::string_view text, const ContextLimits& limits = {})
{
    const Checked<Json> context = read_context(text, limits);
    if (context)
        return "";
    EXPECT_EQ(context.error().size(), 1u);
    return format_context_problem(context.error().front());
}

// `object` with a list in it whose third item is `value`.
Json with_value(Json value)
{
    Json list = Json::array({1, 2});
    list.push_back(std::move(value));
    Json context = Json::object();
    context["a"]["b"] = std::move(list);
    return context;
}

TEST(ContextCheck, an_object_of_json_values_is_good)
{
    EXPECT_EQ(problem(Json::object()), "");
    EXPECT_EQ(problem(with_value(nullptr)), "");
    EXPECT_EQ(read_problem(R"({"a":[1,-1.5e3,true,null,"ä",{"b":{}}]})"), "");
}

TEST(ContextCheck, anything_but_an_object_is_refused)
{
    EXPECT_EQ(problem(Json::array()), "a context is a JSON object, not a list");
    EXPECT_EQ(problem(nullptr), "a context is a JSON object, not null");
    EXPECT_EQ(read_problem("3"), "a context is a JSON object, not the number 3");
    EXPECT_EQ(read_problem("\"a\""), "a context is a JSON object, not the text 'a'");
}

TEST(ContextCheck, values_that_are_not_json_name_their_key)
{
    EXPECT_EQ(problem(with_value(nan)), "context key 'a.b[2]': NaN is not a JSON value");
    EXPECT_EQ(problem(with_value(infinity)), "context key 'a.b[2]': Infinity is not a JSON value");
    EXPECT_EQ(
        problem(with_value(-infinity)), "context key 'a.b[2]': -Infinity is not a JSON value"
    );
    EXPECT_EQ(
        problem(with_value(Json::binary({1, 2}))),
        "context key 'a.b[2]': bytes are not a JSON value"
    );
    EXPECT_EQ(
        problem(with_value("\xff")),
        "context key 'a.b[2]': text that is not UTF-8 is not a JSON value"
    );
    Json bad_key = Json::object();
    bad_key["a"]["\xff"] = 1;
    EXPECT_EQ(problem(bad_key), "context key 'a': the key '\xef\xbf\xbd' is not UTF-8");
}

TEST(ContextCheck, text_that_is_not_json_names_the_key_where_it_stops)
{
    EXPECT_EQ(
        read_problem(R"({"a": {"b": [1, 2, NaN]}})"),
        "context key 'a.b[2]': NaN is not a JSON value"
    );
    EXPECT_EQ(
        read_problem(R"({"x": [[], -Infinity]})"),
        "context key 'x[1]': -Infinity is not a JSON value"
    );
    EXPECT_EQ(
        read_problem(R"({"x": 1, "y": undefined})"),
        "context key 'y': undefined is not a JSON value"
    );
}

TEST(ContextCheck, numbers_that_do_not_fit_name_their_key)
{
    EXPECT_EQ(
        read_problem(R"({"small": 1, "big": [18446744073709551616]})"),
        "context key 'big[0]': the integer 18446744073709551616 does not fit 64 bits"
    );
    EXPECT_EQ(
        read_problem(R"({"low": -9223372036854775809})"),
        "context key 'low': the integer -9223372036854775809 does not fit 64 bits"
    );
    EXPECT_EQ(
        read_problem(R"({"big": 1e999})"), "context key 'big': the number 1e999 is out of range"
    );
}

TEST(ContextCheck, a_mistake_that_only_the_reader_sees_keeps_its_words)
{
    EXPECT_EQ(
        read_problem(R"({"a": 1, "a": 2})"), "not valid JSON: key 'a' stands twice in an object"
    );
    EXPECT_NE(read_problem("{\"a\": ").find("context key 'a': not valid JSON"), std::string::npos);
    EXPECT_NE(read_problem("{\"a\": 1").find("not valid JSON"), std::string::npos);
    EXPECT_NE(read_problem("{\"a\": \"x").find("not valid JSON"), std::string::npos);
    EXPECT_NE(read_problem(""), "");
}

TEST(ContextCheck, integers_that_fit_64_bits_stay_exact)
{
    for (const std::string digits :
         {"9007199254740993", "-9223372036854775808", "9223372036854775807",
          "18446744073709551615"}) {
        const std::string text = "{\"n\":" + digits + "}";
        const Json context = read_context(text).value();
        EXPECT_EQ(write_context(context, "the context").value(), text);
    }
}

TEST(ContextCheck, nesting_has_a_limit)
{
    Json good = Json::object();
    good["full"] = 1; // the parser counts an empty level otherwise
    for (int depth = 0; depth < 100; ++depth) {
        Json outer = Json::object();
        outer["k"] = std::move(good);
        good = std::move(outer);
    }
    Json bad = Json::object();
    bad["k"] = good;

    EXPECT_EQ(problem(good), "");
    EXPECT_EQ(read_problem(dump_json(good)), "");
    EXPECT_TRUE(problem(bad).ends_with("': nested deeper than 100 levels (a cycle?)"));
    EXPECT_EQ(read_problem(dump_json(bad)), problem(bad));
    EXPECT_EQ(stored_context(write_context(good, "it").value()).value(), good);
    EXPECT_TRUE(read_problem("{\"k\":" + std::string(5000, '[') + std::string(5000, ']') + "}")
                    .ends_with("JSON is nested deeper than 1000 levels"));
}

TEST(ContextCheck, the_limit_of_size_is_in_bytes_of_its_text)
{
    Json context = Json::object();
    context["k"] = std::string(92, 'x'); // {"k":"…"}: eight more
    const ContextLimits exact{.bytes_max = 100};
    const ContextLimits less{.bytes_max = 99};

    EXPECT_EQ(write_context(context, "the context of task 'x'", exact).value().size(), 100u);
    EXPECT_EQ(
        write_context(context, "the context of task 'x'", less).error(),
        (Error{Errc::invalid, "the context of task 'x' has 100 bytes; 99 are allowed"})
    );
    EXPECT_EQ(read_problem(dump_json(context), exact), "");
    EXPECT_EQ(read_problem(dump_json(context), less), "the context has 100 bytes; 99 are allowed");
}

TEST(ContextCheck, sizes_are_told_in_groups_of_three_digits)
{
    EXPECT_EQ(
        context_too_large("the context of task 'x'", 17'000'123, 16u << 20).detail,
        "the context of task 'x' has 17,000,123 bytes; 16,777,216 are allowed"
    );
    EXPECT_EQ(context_too_large("it", 1000, 0).detail, "it has 1,000 bytes; 0 are allowed");
}

TEST(ContextCheck, the_empty_context_is_stored_as_nothing)
{
    EXPECT_EQ(write_context(Json::object(), "it").value(), "");
    EXPECT_EQ(stored_context("").value(), Json::object());
}

TEST(ContextCheck, what_was_not_written_by_us_is_corrupt)
{
    for (const std::string_view text : {"[]", "{", "3", "null"})
        EXPECT_EQ(stored_context(text).error().code, Errc::corrupt) << text;
}

TEST(ContextToStore, is_compact_and_names_whose_it_is_when_it_is_too_large)
{
    ContextLimits limits;
    limits.bytes_max = 10;
    EXPECT_EQ(context_to_store("", "it", limits).value(), "");
    EXPECT_EQ(context_to_store("{ }", "it", limits).value(), "");
    EXPECT_EQ(context_to_store(R"({"a" : 1})", "it", limits).value(), R"({"a":1})");
    EXPECT_EQ(
        context_to_store(R"({"a": 123456})", "it", limits).error().detail,
        "it has 13 bytes; 10 are allowed"
    );
    EXPECT_EQ(
        context_to_store(R"({"a":NaN})", "it", limits).error().detail,
        "context key 'a': NaN is not a JSON value"
    );
}

TEST(ContextCheck, random_contexts_are_read_back_as_they_were_written)
{
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        SeededRandom random(seed);
        Json context = Json::object();
        for (int i = 0; i < 3; ++i)
            context[random_text(random, "abc", 1)] = random_json(random, 4);
        const std::string text = write_context(context, "it").value();
        EXPECT_EQ(stored_context(text).value(), context) << "seed " << seed;
        EXPECT_EQ(dump_json(read_context(text).value()), text) << "seed " << seed;
    }
}

} // namespace
} // namespace sluice::context_check_test
