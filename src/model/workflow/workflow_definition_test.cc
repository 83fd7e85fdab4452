// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_definition.h"

#include "model/workflow/definition_testing.h"
#include "model/workflow/workflow_version.h"

#include <gtest/gtest.h>

namespace sluice::workflow_definition_test {
namespace {

constexpr std::string_view full = R"({"tenant":"acme","package":"jobs","workflow":"etl",)"
                                  R"("description":"daily","tags":{"team":"a"},"tasks":[)"
                                  R"({"id":"extract","dependencies":[],"fingerprint":"1","retry":)"
                                  R"({"max_attempts":1,"backoff":"fixed","initial_delay_ms":5,)"
                                  R"("max_delay_ms":6,"jitter":false,"condition":"never"}},)"
                                  R"({"id":"load","dependencies":["extract"],"fingerprint":"",)"
                                  R"("retry":{"max_attempts":3,"backoff":"exponential",)"
                                  R"("base":2.0,"multiplier":1.0,"initial_delay_ms":1000,)"
                                  R"("max_delay_ms":60000,"jitter":true,"condition":"all"},)"
                                  R"("rule":{"type":"TaskSuccess","task_name":"extract"},)"
                                  R"("timeout_ms":5000}]})";

std::string problems(std::string_view text)
{
    const Checked<WorkflowDefinition> definition = read_definition(parse_json(text).value());
    return definition ? "" : to_error(definition.error()).detail;
}

TEST(WorkflowDefinition, a_document_is_written_as_it_was_read)
{
    const WorkflowDefinition definition = stored_definition(full).value();

    EXPECT_EQ(dump_json(definition_json(definition)), full);
    EXPECT_EQ(definition.name.text(), "acme::jobs::etl");
    EXPECT_EQ(definition.tasks[0].retry.tries_max, 1);
    EXPECT_EQ(definition.tasks[0].timeout, std::nullopt);
    EXPECT_EQ(definition.tasks[1].timeout, Micros(5'000'000));
    EXPECT_EQ(describe_rule(definition.tasks[1].rule.value()), "task_success(extract)");
}

TEST(WorkflowDefinition, what_is_not_said_has_its_default)
{
    const WorkflowDefinition definition =
        read_definition(parse_json(R"({"workflow":"w","tasks":[{"id":"a"}]})").value()).value();

    EXPECT_EQ(definition.name.text(), "public::embedded::w");
    EXPECT_EQ(definition.tasks[0].retry, workflow_retry());
    EXPECT_FALSE(definition.tasks[0].rule);
    EXPECT_EQ(workflow_version(definition), "2c4d2d0797427f84");
}

TEST(WorkflowDefinition, every_problem_of_a_document_has_its_place)
{
    EXPECT_EQ(problems(R"({"tasks":[]})"), "workflow: is required");
    EXPECT_EQ(
        problems(
            R"({"workflow":"w","tags":{"a":1},"tasks":[{"id":"a","timeout_ms":0},{"id":2,"x":1}]})"
        ),
        "tags.a: must be text, not the number 1; "
        "tasks[0].timeout_ms: must be a whole number from 1 to 31536000000, not the number 0; "
        "tasks[1].id: must be text, not the number 2; "
        "tasks[1].x: unknown key (did you mean 'id'?)"
    );
    EXPECT_NE(problems("[]"), "");
}

TEST(WorkflowDefinition, what_was_not_written_by_us_is_corrupt)
{
    for (const std::string_view text : {"", "{", "[]", "{}", R"({"workflow":"w"})"})
        EXPECT_EQ(stored_definition(text).error().code, Errc::corrupt) << text;
}

TEST(WorkflowDefinition, rules_as_deep_as_they_may_be_are_read_back)
{
    TriggerRule rule = condition(RuleForm::task_success, "a");
    for (std::size_t depth = 1; depth < rule_depth_max; ++depth)
        rule = combination(RuleForm::all, {rule});
    WorkflowDefinition definition = workflow({task("a"), task("b", {"a"})});
    definition.tasks[1].rule = rule;

    const std::string text = dump_json(definition_json(definition));
    const Result<WorkflowDefinition> read = stored_definition(text);

    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(depth_of(read->tasks[1].rule.value()), rule_depth_max);
}

} // namespace
} // namespace sluice::workflow_definition_test
