// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/template_render.h"

#include <gtest/gtest.h>

namespace sluice::template_render_test {
namespace {

const Json& metadata()
{
    static const Json value = parse_json(R"({"name": "Ada L", "count": 3, "on": true, "none": null,
        "list": [1, "x"], "path": "a/b?c=d&e#f%", "line": "a\r\nX-Evil: 1", "dots": "..",
        "umlaut": "ü", "braces": "{{task.id}}", "empty": ""})")
                                  .value();
    return value;
}

TemplateFacts facts()
{
    return {metadata(), "task-1", "batch-1", 2};
}

std::string shown(const Result<std::string>& rendered)
{
    return rendered ? *rendered : "error: " + rendered.error().detail;
}

std::string text(std::string_view text)
{
    return shown(render_template(text, facts()));
}

std::string url(std::string_view text)
{
    return shown(render_url(text, facts()));
}

TEST(RenderTemplate, puts_in_the_text_of_each_value)
{
    EXPECT_EQ(text("nothing"), "nothing");
    EXPECT_EQ(text("{{task.id}}/{{batch.id}}/{{attempt}}"), "task-1/batch-1/2");
    EXPECT_EQ(text("{{metadata.name}} {{metadata.count}} {{metadata.on}}"), "Ada L 3 true");
    EXPECT_EQ(text("{{metadata.none}}{{metadata.list}}"), R"(null[1,"x"])");
    EXPECT_EQ(text("{{{{task.id}}"), "{{task.id}}");
}

TEST(RenderTemplate, does_not_render_what_values_hold)
{
    EXPECT_EQ(text("{{metadata.braces}}"), "{{task.id}}");
}

TEST(RenderTemplate, fails_with_the_placeholder_that_has_no_value)
{
    const std::string why = "error: {{metadata.age}}: the metadata have no 'age' there";
    EXPECT_EQ(text("a {{metadata.name}} {{metadata.age}}"), why);
    EXPECT_EQ(url("http://h/{{metadata.age}}"), why);
    EXPECT_EQ(shown(render_header("{{metadata.age}}", facts())), why);
}

TEST(RenderHeader, lets_no_value_begin_a_header_of_its_own)
{
    EXPECT_EQ(shown(render_header("Bearer {{metadata.name}}", facts())), "Bearer Ada L");
    EXPECT_TRUE(shown(render_header("a{{metadata.line}}", facts()))
                    .starts_with("error: {{metadata.line}}: its value must not contain line breaks")
    );
}

TEST(RenderUrl, encodes_what_a_value_could_change)
{
    EXPECT_EQ(url("http://h/{{metadata.name}}/x"), "http://h/Ada%20L/x");
    EXPECT_EQ(url("http://h/{{metadata.path}}"), "http://h/a%2Fb%3Fc%3Dd%26e%23f%25");
    EXPECT_EQ(url("http://h/?q={{metadata.path}}&r=1"), "http://h/?q=a%2Fb%3Fc%3Dd%26e%23f%25&r=1");
    EXPECT_EQ(url("http://h/{{metadata.umlaut}}"), "http://h/%C3%BC");
    EXPECT_EQ(url("http://h/{{metadata.line}}"), "http://h/a%0D%0AX-Evil%3A%201");
    EXPECT_EQ(url("http://h/a%20b/{{task.id}}"), "http://h/a%20b/task-1");
    EXPECT_EQ(url("http://h/{{metadata.empty}}"), "http://h/");
}

TEST(RenderUrl, keeps_the_unreserved_characters_and_no_others)
{
    constexpr std::string_view unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (int byte = 1; byte < 128; ++byte) {
        const std::string value = "x" + std::string(1, static_cast<char>(byte));
        const Json metadata{{"v", value}};
        const TemplateFacts facts{metadata, "", "", 1};
        const bool stays = unreserved.find(value[1]) != std::string_view::npos;
        EXPECT_EQ(
            render_url("http://h/{{metadata.v}}", facts).value() == "http://h/" + value, stays
        ) << byte;
    }
}

TEST(RenderUrl, lets_no_value_climb_out_of_its_folder)
{
    EXPECT_EQ(
        url("http://h/a/{{metadata.dots}}/b"),
        "error: {{metadata.dots}}: '..' cannot stand in the path of a URL"
    );
    EXPECT_EQ(url("http://h/a?x={{metadata.dots}}"), "http://h/a?x=..");
    EXPECT_EQ(url("http://h/a#{{metadata.dots}}"), "http://h/a#..");
}

TEST(RenderTemplate, has_a_limit_on_what_comes_out)
{
    const Json large{{"v", std::string(60'000, 'x')}};
    const TemplateFacts facts{large, "", "", 1};
    EXPECT_FALSE(render_template("{{metadata.v}}", facts));
    EXPECT_FALSE(render_header("{{metadata.v}}", facts));
    EXPECT_FALSE(render_url("http://h/{{metadata.v}}", facts));
}

} // namespace
} // namespace sluice::template_render_test
