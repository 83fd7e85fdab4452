// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/template_body.h"

#include <gtest/gtest.h>

namespace sluice::template_body_test {
namespace {

std::string body(std::string_view json)
{
    static const Json metadata =
        parse_json(
            R"({"count": 3, "on": true, "none": null, "list": [1, "x"], "braces": "{{task.id}}"})"
        )
            .value();
    const TemplateFacts facts{metadata, "task-1", "batch-1", 2};
    const Result<Json> rendered = render_body(parse_json(json).value(), facts);
    return rendered ? dump_json(*rendered) : "error: " + rendered.error().detail;
}

TEST(RenderBody, turns_text_that_is_one_placeholder_into_the_value)
{
    EXPECT_EQ(body(R"("{{metadata.count}}")"), "3");
    EXPECT_EQ(
        body(R"({"z": "{{metadata.on}}", "a": ["{{ metadata.list }}", "{{metadata.none}}"]})"),
        R"({"z":true,"a":[[1,"x"],null]})"
    );
    EXPECT_EQ(body(R"(["{{attempt}}", "{{task.id}}"])"), R"([2,"task-1"])");
}

TEST(RenderBody, keeps_everything_else)
{
    EXPECT_EQ(
        body(R"({"z": 1.5, "a": [null, true, {}, []], "{{attempt}}": "n {{metadata.count}}"})"),
        R"({"z":1.5,"a":[null,true,{},[]],"{{attempt}}":"n 3"})"
    );
    EXPECT_EQ(body(R"("{{metadata.count}} ")"), R"("3 ")");
    EXPECT_EQ(body(R"("{{{{")"), R"("{{")");
    EXPECT_EQ(body("null"), "null");
}

TEST(RenderBody, does_not_render_what_values_hold)
{
    EXPECT_EQ(body(R"({"a": "{{metadata.braces}}"})"), R"({"a":"{{task.id}}"})");
    EXPECT_EQ(body(R"({"a": " {{metadata.braces}}"})"), R"({"a":" {{task.id}}"})");
}

TEST(RenderBody, fails_with_the_placeholder_that_has_no_value)
{
    const std::string why = "error: {{metadata.age}}: the metadata have no 'age' there";
    EXPECT_EQ(body(R"({"a": [{"b": "x{{metadata.age}}"}], "c": 1})"), why);
    EXPECT_EQ(body(R"(["{{metadata.age}}"])"), why);
    EXPECT_TRUE(body(R"(["{{"])").starts_with("error: "));
}

TEST(RenderBody, has_a_limit_on_what_all_its_texts_become)
{
    const Json large{{"v", std::string(60'000, 'x')}};
    const TemplateFacts facts{large, "", "", 1};
    for (const std::string_view text : {"{{metadata.v}}", "a {{metadata.v}}"}) {
        Json body = Json::array();
        while (body.size() < 69)
            body.push_back(text);
        EXPECT_TRUE(render_body(body, facts)) << text;
        body.push_back(text);
        EXPECT_EQ(
            render_body(body, facts).error().detail,
            "the rendered text is larger than 4194304 bytes"
        ) << text;
    }
    std::string text;
    for (int i = 0; i < 70; ++i)
        text += "{{metadata.v}}";
    EXPECT_FALSE(render_body(Json(text), facts));
}

} // namespace
} // namespace sluice::template_body_test
