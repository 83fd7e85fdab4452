// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/rule_json.h"

#include "model/workflow/definition_testing.h"

#include <gtest/gtest.h>

namespace sluice::rule_json_test {
namespace {

std::string problems(std::string_view text)
{
    const Checked<TriggerRule> rule = read_rule(parse_json(text).value());
    return rule ? "" : to_error(rule.error()).detail;
}

TEST(RuleJson, every_form_is_written_as_it_was_read)
{
    for (const std::string text :
         {R"({"type":"Always"})", R"({"type":"All","conditions":[]})",
          R"({"type":"Any","conditions":[{"type":"TaskSuccess","task_name":"a"},)"
          R"({"type":"None","conditions":[{"type":"TaskFailed","task_name":"b"}]}]})",
          R"({"type":"TaskSkipped","task_name":"c"})",
          R"({"type":"ContextValue","key":"","operator":"NotContains","value":{"a":[null]}})",
          R"({"type":"ContextValue","key":"k","operator":"Exists","value":null})"})
        EXPECT_EQ(dump_json(rule_json(read_rule(parse_json(text).value()).value())), text);
}

TEST(RuleJson, a_value_may_be_absent)
{
    const Json json =
        parse_json(R"({"type":"ContextValue","key":"k","operator":"Exists"})").value();
    const TriggerRule rule = read_rule(json).value();
    EXPECT_EQ(rule.op, ValueOperator::exists);
    EXPECT_TRUE(rule.value.is_null());
}

TEST(RuleJson, mistakes_name_their_place_and_what_is_accepted)
{
    EXPECT_EQ(problems("3"), "must be an object, not the number 3");
    EXPECT_EQ(
        problems(R"({"type":"Some"})"),
        "type: must be one of Always, All, Any, None, TaskSuccess, TaskFailed, TaskSkipped, "
        "ContextValue, not the text 'Some'"
    );
    EXPECT_EQ(problems(R"({"type":"All"})"), "conditions: is required");
    EXPECT_EQ(
        problems(R"({"type":"All","conditions":[{"type":"TaskFailed"},{"type":"TaskFailed",)"
                 R"("task_name":""}]})"),
        "conditions[0].task_name: is required; conditions[1].task_name: must not be empty"
    );
    EXPECT_EQ(
        problems(R"({"type":"ContextValue","key":"k","operator":"=="})"),
        "operator: must be one of Equals, NotEquals, GreaterThan, LessThan, Contains, NotContains, "
        "Exists, NotExists, not the text '=='"
    );
    EXPECT_NE(
        problems(R"({"type":"Always","more":1})").find("more: unknown key"), std::string::npos
    );
}

TEST(RuleJson, nesting_has_a_limit)
{
    TriggerRule rule = condition(RuleForm::task_success, "a");
    for (std::size_t depth = 1; depth < rule_depth_max; ++depth)
        rule = combination(RuleForm::any, {rule});

    EXPECT_TRUE(read_rule(rule_json(rule)));
    const Checked<TriggerRule> deeper = read_rule(rule_json(combination(RuleForm::any, {rule})));
    ASSERT_FALSE(deeper);
    EXPECT_TRUE(deeper.error().front().message.ends_with("is nested deeper than 100 levels"));
}

TEST(RuleJson, a_row_carries_the_rule_and_the_ids_of_the_dependencies)
{
    const RulePayload payload{
        .dependencies = {"extract", "clean"}, .rule = condition(RuleForm::task_failed, "extract")};
    const std::string text = format_rule_payload(payload);

    EXPECT_EQ(
        text, R"({"deps":["extract","clean"],"rule":{"type":"TaskFailed","task_name":"extract"}})"
    );
    EXPECT_EQ(format_rule_payload(parse_rule_payload(text).value()), text);
}

TEST(RuleJson, a_payload_that_we_did_not_write_is_corrupt)
{
    for (const std::string_view text :
         {"", "{}", "[]", R"({"deps":[]})", R"({"deps":2,"rule":{"type":"Always"}})",
          R"({"deps":[1],"rule":{"type":"Always"}})", R"({"deps":["a"],"rule":{"type":"Never"}})"})
        EXPECT_EQ(parse_rule_payload(text).error().code, Errc::corrupt) << text;
}

} // namespace
} // namespace sluice::rule_json_test
