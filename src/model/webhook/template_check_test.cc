// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/template_check.h"

#include <gtest/gtest.h>

namespace sluice::template_check_test {
namespace {

const Json& metadata()
{
    static const Json value = parse_json(R"({"a": {"b": null}, "list": [1]})").value();
    return value;
}

TEST(CheckTemplate, knows_paths_when_the_metadata_are_known)
{
    EXPECT_EQ(
        check_template("{{metadata.a.b}}{{metadata.list.0}}{{metadata}}", &metadata()), std::nullopt
    );
    EXPECT_EQ(
        check_template("x{{metadata.a.c}}", &metadata()),
        "{{metadata.a.c}}: the metadata have no 'c' there"
    );
    EXPECT_EQ(check_template("x{{metadata.a.c}}", nullptr), std::nullopt);
    const Json none;
    EXPECT_TRUE(check_template("{{metadata.a}}", &none));
}

TEST(CheckTemplate, refuses_unknown_variables_with_and_without_metadata)
{
    EXPECT_TRUE(check_template("{{task.name}}", nullptr));
    EXPECT_TRUE(check_template("{{task.name}}", &metadata()));
    EXPECT_EQ(check_template("{{task.id}}{{batch.id}}{{attempt}}", &metadata()), std::nullopt);
    EXPECT_EQ(check_template("{{{{task.name}}", &metadata()), std::nullopt);
}

TEST(CheckUrlTemplate, accepts_placeholders_behind_the_host_only)
{
    for (const char* text :
         {"http://h/{{task.id}}", "http://h?{{task.id}}", "http://h#{{task.id}}",
          "https://u@h:8080/a/{{task.id}}?b={{metadata.a.b}}", "http://h", "no url", ""})
        EXPECT_EQ(check_url_template(text, &metadata()), std::nullopt) << text;
    for (const char* text :
         {"{{metadata.list.0}}", "{{metadata.list.0}}://h/", "http://{{task.id}}/",
          "http://h{{task.id}}", "http://h:{{attempt}}/", "http://{{metadata['a/b']}}/x",
          "http://a.{{task.id}}/?x", "/a/{{task.id}}", "http:/h/{{task.id}}",
          "http://h\\{{task.id}}"})
        EXPECT_EQ(
            check_url_template(text, nullptr), "placeholders are accepted behind the host only"
        ) << text;
    EXPECT_TRUE(check_url_template("http://h/{{metadata.c}}", &metadata()));
    EXPECT_TRUE(check_url_template("http://h/{{", nullptr));
}

TEST(CheckBodyTemplates, tells_everything_that_is_wrong_at_any_depth)
{
    const Json body =
        parse_json(
            R"({"a": ["{{metadata.x}}", {"b": "{{metadata.a}}"}], "{{no}}": "{{id}}", "c": 1})"
        )
            .value();
    EXPECT_EQ(check_body_templates(body, &metadata()).size(), 2u);
    EXPECT_EQ(check_body_templates(body, nullptr).size(), 1u);
    EXPECT_EQ(check_body_templates(Json("{{metadata.x}}"), &metadata()).size(), 1u);
    EXPECT_TRUE(check_body_templates(Json(), &metadata()).empty());
}

TEST(CheckBodyTemplates, does_not_list_a_million_mistakes)
{
    Json body = Json::array();
    while (body.size() < 1000)
        body.push_back(Json::array({"{{", "{{"}));
    EXPECT_EQ(check_body_templates(body, nullptr).size(), wrong_texts_max);
}

TEST(SampleOfTemplate, has_an_x_for_each_placeholder)
{
    EXPECT_EQ(sample_of_template("http://h/{{task.id}}?a={{metadata.q}}"), "http://h/x?a=x");
    EXPECT_EQ(sample_of_template("http://h/{{{{"), "http://h/{{");
    EXPECT_EQ(sample_of_template(""), "");
}

} // namespace
} // namespace sluice::template_check_test
