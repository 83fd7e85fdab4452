// SPDX-License-Identifier: Apache-2.0
#include "sluice/context.h"

#include "sdk/workflows/inside.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <thread>

namespace sluice::workflows {

namespace context_test {

struct Point {
    int x = 0;
    int y = 0;
    bool operator==(const Point&) const = default;
};

} // namespace context_test

template <>
struct ContextCodec<context_test::Point> {
    using Point = context_test::Point;
    static std::string name() { return "point"; }
    static Json to_json(const Point& point)
    {
        if (point.x < 0)
            throw std::invalid_argument("points are right of 0");
        return Json::object({{"x", point.x}, {"y", point.y}});
    }
    static Point from_json(const Json& json)
    {
        return {
            ContextCodec<int>::from_json(json.at("x")), ContextCodec<int>::from_json(json.at("y"))};
    }
};

namespace context_test {

namespace {

// The error of a call, as "key|text"; empty: there was none.
template <class Call>
std::string error_of(Call call)
{
    try {
        call();
    } catch (const ContextError& error) {
        EXPECT_EQ(error.kind(), Error::Kind::invalid);
        return error.key() + "|" + error.what();
    }
    return "";
}

TEST(Context, holds_members_in_the_order_in_which_they_came)
{
    Context context({{"z", 1}, {"a", "text"}, {"m", Json::array({true, nullptr})}});
    context.set("b", 0.5);
    context.set("z", 2);
    EXPECT_EQ(context.to_json(), R"({"z":2,"a":"text","m":[true,null],"b":0.5})");
    EXPECT_EQ(context.keys(), (std::vector<std::string>{"z", "a", "m", "b"}));
    EXPECT_EQ(context.size(), 4u);
    EXPECT_TRUE(context.remove("a"));
    EXPECT_FALSE(context.remove("a"));
    EXPECT_EQ(context.to_json(), R"({"z":2,"m":[true,null],"b":0.5})");
}

TEST(Context, without_members_is_the_empty_object)
{
    Context context;
    EXPECT_TRUE(context.empty());
    EXPECT_EQ(context.to_json(), "{}");
    EXPECT_EQ(Context::from_json(" { } "), context);
    context.set("a", 1);
    context.remove("a");
    EXPECT_EQ(context, Context());
}

TEST(Context, takes_the_later_of_two_members_with_one_key)
{
    EXPECT_EQ(Context({{"a", 1}, {"b", 2}, {"a", 3}}).to_json(), R"({"a":3,"b":2})");
}

TEST(Context, is_equal_whatever_the_order_of_members)
{
    EXPECT_EQ(Context({{"a", 1}, {"b", 2}}), Context({{"b", 2}, {"a", 1}}));
    EXPECT_NE(Context({{"a", 1}}), Context({{"a", 1.5}}));
    EXPECT_NE(Context({{"a", 1}}), Context({{"b", 1}}));
    EXPECT_NE(Context({{"a", 1}}), Context());
}

TEST(Context, copies_are_apart)
{
    Context first({{"a", 1}});
    Context second = first;
    second.set("a", 2);
    first.set("b", 3);
    EXPECT_EQ(first.to_json(), R"({"a":1,"b":3})");
    EXPECT_EQ(second.to_json(), R"({"a":2})");
    Context third = second;
    third.remove("a");
    EXPECT_TRUE(second.contains("a"));
}

TEST(Context, copies_may_be_changed_by_several_threads)
{
    const Context shared({{"a", 0}});
    std::vector<std::thread> threads;
    std::vector<int> seen(4);
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&seen, i, copy = shared]() mutable {
            for (int round = 0; round < 100; ++round)
                copy.set("a", i);
            seen[static_cast<std::size_t>(i)] = copy.require<int>("a");
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3}));
    EXPECT_EQ(shared.require<int>("a"), 0);
}

TEST(Context, gives_values_of_each_type_back)
{
    Context context;
    context.set("flag", true);
    context.set("least", std::numeric_limits<std::int64_t>::min());
    context.set("largest", std::numeric_limits<std::uint64_t>::max());
    context.set("ratio", 0.25);
    context.set("text", std::string("a\n\"b\""));
    context.set("list", std::vector<int>{1, 2});
    context.set("map", std::map<std::string, std::vector<bool>>{{"k", {true, false}}});
    context.set("nothing", std::optional<int>());
    context.set("point", Point{1, 2});
    const Context read = Context::from_json(context.to_json());

    EXPECT_EQ(read, context);
    EXPECT_EQ(read.get<bool>("flag"), true);
    EXPECT_EQ(read.require<std::int64_t>("least"), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(read.require<std::uint64_t>("largest"), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(read.require<double>("ratio"), 0.25);
    EXPECT_EQ(read.require<std::string>("text"), "a\n\"b\"");
    EXPECT_EQ(read.require<std::vector<int>>("list"), (std::vector<int>{1, 2}));
    EXPECT_EQ(read.require<std::optional<int>>("nothing"), std::nullopt);
    EXPECT_EQ(read.require<Point>("point"), (Point{1, 2}));
    EXPECT_EQ(read.require<Json>("point").text(), R"({"x":1,"y":2})");
    EXPECT_EQ(read.get<int>("missing"), std::nullopt);
}

TEST(Context, insert_takes_only_new_keys_and_update_only_old_ones)
{
    Context context;
    EXPECT_EQ(
        error_of([&] { context.update("a", 1); }), "a|context key 'a': there is none to update"
    );
    context.insert("a", 1);
    EXPECT_EQ(error_of([&] { context.insert("a", 2); }), "a|context key 'a': there is one already");
    context.update("a", 3);
    EXPECT_EQ(context.to_json(), R"({"a":3})");
}

TEST(Context, says_which_key_has_which_type_instead)
{
    const Context context({{"name", "Ada"}, {"large", 5'000'000'000}, {"list", Json::array({"x"})}}
    );
    EXPECT_EQ(
        error_of([&] { context.get<int>("name"); }),
        "name|context key 'name': wanted integer, found the text 'Ada': not an integer"
    );
    EXPECT_EQ(
        error_of([&] { context.require<int>("large"); }),
        "large|context key 'large': wanted integer, found the number 5000000000: "
        "5000000000 does not fit"
    );
    EXPECT_EQ(
        error_of([&] { context.require<std::vector<int>>("list"); }),
        "list|context key 'list': wanted list of integer, found a list: not an integer"
    );
    EXPECT_EQ(
        error_of([&] { context.require<int>("none"); }),
        "none|context key 'none': there is none; wanted integer"
    );
}

TEST(Context, refuses_what_json_cannot_say_and_stays_as_it_was)
{
    Context context({{"a", 1}});
    EXPECT_EQ(
        error_of([&] { context.set("a", std::numeric_limits<double>::quiet_NaN()); }),
        "a|context key 'a': JSON has no number for infinity and NaN"
    );
    EXPECT_EQ(
        error_of([&] {
            context.set("a", Point{-1, 0});
        }),
        "a|context key 'a': points are right of 0"
    );
    EXPECT_NE(error_of([&] { context.set("\xff", 1); }), "");
    EXPECT_EQ(context.to_json(), R"({"a":1})");
}

TEST(Context, refuses_text_that_is_not_utf8)
{
    const std::string cut = "x\xff";
    const std::string why = "text that is not UTF-8 is not a JSON value";
    Context context({{"a", 1}});
    const std::string error = "a|context key 'a': " + why;
    EXPECT_EQ(error_of([&] { context.set("a", cut); }), error);
    EXPECT_EQ(error_of([&] { context.set("a", std::string_view(cut)); }), error);
    EXPECT_EQ(error_of([&] { context.set("a", cut.c_str()); }), error);
    EXPECT_EQ(error_of([&] { context.set("a", std::optional(cut)); }), error);
    EXPECT_EQ(
        error_of([&] {
            context.set("a", std::vector<std::string>{"good", cut});
        }),
        "a[1]|context key 'a[1]': " + why
    );
    EXPECT_EQ(
        error_of([&] {
            context.set("a", std::map<std::string, int>{{cut, 1}});
        }),
        "a|context key 'a': the key 'x\uFFFD' is not UTF-8"
    );
    EXPECT_EQ(context.to_json(), R"({"a":1})");
}

TEST(Context, names_the_way_to_what_json_cannot_say)
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const std::string why = "JSON has no number for infinity and NaN";
    Context context;
    EXPECT_EQ(
        error_of([&] {
            context.set("a", std::vector<double>{1, nan});
        }),
        "a[1]|context key 'a[1]': " + why
    );
    const std::map<std::string, std::vector<double>> lists{{"b", {1, 2, nan}}};
    EXPECT_EQ(error_of([&] { context.set("a", lists); }), "a.b[2]|context key 'a.b[2]': " + why);
    EXPECT_EQ(
        error_of([&] {
            context.set("a", std::vector<std::map<std::string, double>>{{{"b c", nan}}});
        }),
        "a[0][\"b c\"]|context key 'a[0][\"b c\"]': " + why
    );
    EXPECT_EQ(
        error_of([&] {
            context.set("a", std::vector<Point>{{0, 0}, {-1, 0}});
        }),
        "a[1]|context key 'a[1]': points are right of 0"
    );
    EXPECT_TRUE(context.empty());
}

TEST(Context, that_is_written_down_names_what_json_cannot_say)
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(
        error_of([&] {
            Context({{"a", 1}, {"ratio", nan}});
        }),
        "ratio|context key 'ratio': JSON has no number for infinity and NaN"
    );
    EXPECT_EQ(
        error_of([] {
            Context({{"text", "x\xff"}});
        }),
        "text|context key 'text': text that is not UTF-8 is not a JSON value"
    );
    EXPECT_EQ(
        error_of([&] {
            Context({{"a", std::vector<double>{nan}}});
        }),
        "a[0]|context key 'a[0]': JSON has no number for infinity and NaN"
    );
}

TEST(Context, that_is_written_down_takes_what_set_takes)
{
    const Context context(
        {{"list", std::vector<int>{1, 2}}, {"null", nullptr}, {"point", Point{1, 2}}}
    );
    EXPECT_EQ(context.to_json(), R"({"list":[1,2],"null":null,"point":{"x":1,"y":2}})");
    EXPECT_EQ(Context({{"a", "b"}, {"c", "d"}}).to_json(), R"({"a":"b","c":"d"})");
}

TEST(Context, refuses_a_value_that_could_not_be_read_back)
{
    Context context;
    const Json twice = Json::object({{"x", 1}, {"x", 2}});
    EXPECT_TRUE(error_of([&] { context.set("a", twice); }).starts_with("a|context key 'a': "));

    Json deep = 1;
    for (int level = 0; level < 100; ++level) // as deep as a value may be
        deep = Json::array({deep});
    context.set("deep", deep);
    EXPECT_EQ(Context::from_json(context.to_json()), context);
    EXPECT_NE(error_of([&] { context.set("deeper", Json::array({deep})); }), "");
    EXPECT_FALSE(context.contains("deeper"));
}

TEST(Context, is_read_strictly)
{
    for (const char* text :
         {"", "[]", "null", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "{'a':1}", "{\"a\":1} x",
          "{\"a\":18446744073709551616}", "{\"a\":NaN}", "{\"a\":\"\xff\"}"})
        EXPECT_NE(error_of([&] { Context::from_json(text); }), "") << text;
    EXPECT_EQ(
        error_of([] { Context::from_json(R"({"a":{"b":[1,NaN]}})"); }),
        "a.b[1]|context key 'a.b[1]': NaN is not a JSON value"
    );
}

TEST(Context, of_a_hundred_thousand_members_is_handled_in_linear_time)
{
    Context context;
    for (int i = 0; i < 100'000; ++i)
        context.set("key" + std::to_string(i), i);
    EXPECT_EQ(Context::from_json(context.to_json()), context);
    for (int i = 0; i < 100'000; ++i)
        context.remove("key" + std::to_string(i));
    EXPECT_TRUE(context.empty());
}

TEST(Context, that_is_too_large_is_refused_with_its_size)
{
    const Context context({{"text", std::string(2'000, 'x')}});
    EXPECT_EQ(Inside::context_text(context, "the context", 2'011), context.to_json());
    EXPECT_EQ(
        error_of([&] { Inside::context_text(context, "the context of task 'x'", 2'010); }),
        "|the context of task 'x' has 2,011 bytes; 2,010 are allowed"
    );
    EXPECT_EQ(Inside::context_text(Context(), "the context", 0), "");
}

} // namespace
} // namespace context_test

} // namespace sluice::workflows
