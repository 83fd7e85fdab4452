// SPDX-License-Identifier: Apache-2.0
#include "model/validation.h"

#include "model/kinds.h"

#include <gtest/gtest.h>

namespace sluice::validation_test {
namespace {

enum class Color { red, green };
constexpr EnumNames<Color, 2> color_names{{{Color::red, "red"}, {Color::green, "green"}}};

struct Part {
    std::string name;
    std::int64_t count = 1;
};

template <class Visitor>
void describe(Visitor& visitor, Part& part)
{
    visitor.required("name", part.name, TextKind{1}, FieldDoc{"Name", "A name.", R"(["a"])"});
    visitor.optional(
        "count", part.count, IntegerKind{1, 10}, FieldDoc{"Count", "How many.", "[2]", "1"}
    );
}

struct Whole {
    std::vector<Part> parts;
    std::optional<std::chrono::seconds> delay;
    std::map<std::string, std::string> env;
    Color color = Color::red;
    bool flag = false;
};

template <class Visitor>
void describe(Visitor& visitor, Whole& whole)
{
    visitor.required(
        "parts", whole.parts, ListKind{ObjectKind<Part>{}, 1}, FieldDoc{"P", "P.", "[]"}
    );
    visitor.optional("delay", whole.delay, DurationKind{}, FieldDoc{"D", "D.", "[]"});
    visitor.optional("env", whole.env, TextMapKind{}, FieldDoc{"E", "E.", "[]", "{}"});
    visitor.optional("color", whole.color, EnumKind{color_names}, FieldDoc{"C", "C.", "[]"});
    visitor.optional("flag", whole.flag, FlagKind{}, FieldDoc{"F", "F.", "[]", "false"});
}

std::vector<std::string> problems_of(std::string_view text, Whole& whole)
{
    const Json json = parse_json(text).value();
    Problems problems;
    const Path root;
    ObjectKind<Whole>{}.read(Value{json, root, problems}, whole);
    std::vector<std::string> lines;
    for (const Problem& problem : problems.take())
        lines.push_back(format_problem(problem));
    return lines;
}

std::vector<std::string> problems_of(std::string_view text)
{
    Whole whole;
    return problems_of(text, whole);
}

using Lines = std::vector<std::string>;

TEST(Validation, a_good_document_is_read)
{
    Whole whole;
    EXPECT_EQ(
        problems_of(
            R"({"parts":[{"name":"x"},{"name":"y","count":2.0}],"delay":"1m",
                              "env":{"A":"1"},"color":"green","flag":true})",
            whole
        ),
        Lines()
    );
    ASSERT_EQ(whole.parts.size(), 2u);
    EXPECT_EQ(whole.parts[0].count, 1);
    EXPECT_EQ(whole.parts[1].count, 2);
    EXPECT_EQ(whole.delay, std::chrono::seconds(60));
    EXPECT_EQ(whole.env.at("A"), "1");
    EXPECT_EQ(whole.color, Color::green);
    EXPECT_TRUE(whole.flag);
}

TEST(Validation, null_stands_for_an_absent_optional_member_only)
{
    Whole whole;
    EXPECT_EQ(problems_of(R"({"parts":[{"name":"x"}],"delay":null,"env":null})", whole), Lines());
    EXPECT_FALSE(whole.delay);
    EXPECT_EQ(problems_of(R"({"parts":null})"), Lines({"parts: must be a list, not null"}));
}

TEST(Validation, all_problems_are_told_at_once_with_their_paths)
{
    EXPECT_EQ(
        problems_of(R"({"parts":[{"nam":"x"},3,{"name":"","count":11}],"delay":"5x",
                        "env":{"a.b":1},"color":"gren","flag":1})"),
        Lines({
            "parts[0].name: is required",
            "parts[0].nam: unknown key (did you mean 'name'?)",
            "parts[1]: must be an object, not the number 3",
            "parts[2].name: must not be empty",
            "parts[2].count: must be a whole number from 1 to 10, not the number 11",
            "delay: '5x' is not a duration: unknown unit 'x' (accepted: 90s, 5m, 2h, 2d, 1h30m)",
            "env[\"a.b\"]: must be text, not the number 1",
            "color: must be one of red, green, not the text 'gren'",
            "flag: must be true or false, not the number 1",
        })
    );
}

TEST(Validation, an_unknown_key_without_a_near_one_lists_what_is_accepted)
{
    EXPECT_EQ(
        problems_of(R"({"parts":[{"name":"x","zzzzzzzz":1}]})"),
        Lines({"parts[0].zzzzzzzz: unknown key (accepted: name, count)"})
    );
}

TEST(Validation, the_document_itself_has_no_path)
{
    EXPECT_EQ(problems_of("[]"), Lines({"must be an object, not a list"}));
}

TEST(Validation, whole_numbers_are_numbers_of_json_without_a_fraction)
{
    for (const char* text : {"0", "11", "1.5", "1e30", "18446744073709551615", "\"1\"", "true"})
        EXPECT_EQ(
            problems_of(fmt::format(R"({{"parts":[{{"name":"x","count":{}}}]}})", text)).size(), 1u
        ) << text;
    for (const char* text : {"1", "10", "1.0", "1e1"})
        EXPECT_EQ(
            problems_of(fmt::format(R"({{"parts":[{{"name":"x","count":{}}}]}})", text)), Lines()
        ) << text;
}

TEST(Validation, text_with_a_nul_byte_is_refused)
{
    EXPECT_EQ(
        problems_of("{\"parts\":[{\"name\":\"a\\u0000b\"}]}"),
        Lines({"parts[0].name: must not contain a NUL byte"})
    );
}

TEST(Validation, long_lists_of_problems_are_cut)
{
    std::string text = "{\"parts\":[0";
    for (int i = 0; i < 149; ++i)
        text += ",0";
    const Lines lines = problems_of(text + "]}");
    ASSERT_EQ(lines.size(), Problems::count_max + 1);
    EXPECT_EQ(lines.back(), "and 50 more problems");
}

TEST(Validation, long_text_is_cut_in_messages_at_a_character)
{
    std::string text(59, 'a');
    for (int i = 0; i < 10; ++i)
        text += "é";
    EXPECT_EQ(describe_value(Json(text)), "the text '" + std::string(59, 'a') + "…'");
}

TEST(Validation, problems_make_one_error)
{
    const std::vector<Problem> problems{{"a.b", "is required"}, {"", "too large"}};
    EXPECT_EQ(to_error(problems), (Error{Errc::invalid, "a.b: is required; too large"}));
}

TEST(Validation, the_schema_says_the_same)
{
    const Json schema = ObjectKind<Part>{}.schema();
    EXPECT_EQ(
        dump_json(schema),
        R"({"type":"object","properties":{)"
        R"("name":{"title":"Name","description":"A name.","type":"string","minLength":1,)"
        R"("examples":["a"]},)"
        R"("count":{"title":"Count","description":"How many.",)"
        R"("type":["integer","null"],"minimum":1,"maximum":10,)"
        R"("default":1,"examples":[2]}},)"
        R"("required":["name"],"additionalProperties":false})"
    );
}

} // namespace
} // namespace sluice::validation_test
