// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/template_value.h"

#include <gtest/gtest.h>

namespace sluice::template_value_test {
namespace {

// The value of one placeholder, or "error: …".
std::string value(std::string_view text)
{
    static const Json metadata =
        parse_json(R"({"user": {"name": "Ada", "tags": ["x", {"y": null}]}, "a.b": 1, "0": true})")
            .value();
    const std::vector<TemplatePart> parts = parse_template(text).value();
    const TemplateFacts facts{metadata, "task-1", "batch-1", 3};
    const Result<Json> found = value_of(std::get<Placeholder>(parts.at(0)), facts);
    return found ? dump_json(*found) : "error: " + found.error().detail;
}

TEST(TemplateValue, ids_are_text_and_the_attempt_is_a_number)
{
    EXPECT_EQ(value("{{task.id}}"), R"("task-1")");
    EXPECT_EQ(value("{{batch.id}}"), R"("batch-1")");
    EXPECT_EQ(value("{{attempt}}"), "3");
}

TEST(TemplateValue, members_are_found_by_name_and_elements_by_number)
{
    EXPECT_EQ(value("{{metadata.user.name}}"), R"("Ada")");
    EXPECT_EQ(value("{{metadata.user.tags.0}}"), R"("x")");
    EXPECT_EQ(value("{{metadata.user.tags.1.y}}"), "null");
    EXPECT_EQ(value("{{metadata.user.tags}}"), R"(["x",{"y":null}])");
    EXPECT_EQ(value("{{metadata['a.b']}}"), "1");
    EXPECT_EQ(value("{{metadata.0}}"), "true");
}

TEST(TemplateValue, a_missing_path_is_named)
{
    EXPECT_EQ(
        value("{{metadata.user.age}}"),
        "error: {{metadata.user.age}}: the metadata have no 'age' there"
    );
    for (const char* text :
         {"{{metadata.a.b}}", "{{metadata.user.tags.2}}", "{{metadata.User}}",
          "{{metadata.user.name.x}}", "{{metadata.user.tags.00}}"})
        EXPECT_TRUE(value(text).starts_with(std::string("error: ") + text)) << value(text);
}

TEST(TemplateValue, metadata_that_are_null_have_no_members)
{
    const Json none;
    const std::vector<TemplatePart> all = parse_template("{{metadata}}{{metadata.a}}").value();
    EXPECT_TRUE(find_in_metadata(none, std::get<Placeholder>(all[0])));
    EXPECT_FALSE(find_in_metadata(none, std::get<Placeholder>(all[1])));
}

TEST(TemplateValue, has_a_text_form)
{
    EXPECT_EQ(text_form(Json("a \"b\"")), "a \"b\"");
    EXPECT_EQ(text_form(Json(0.5)), "0.5");
    EXPECT_EQ(text_form(Json(UINT64_MAX)), "18446744073709551615");
    EXPECT_EQ(text_form(Json(false)), "false");
    EXPECT_EQ(text_form(Json()), "null");
    EXPECT_EQ(
        text_form(parse_json(R"({"b": [1, "x"], "a": {}})").value()), R"({"b":[1,"x"],"a":{}})"
    );
}

} // namespace
} // namespace sluice::template_value_test
