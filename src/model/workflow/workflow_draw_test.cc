// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_draw.h"

#include "model/workflow/definition_testing.h"

#include <gtest/gtest.h>

namespace sluice::workflow_draw_test {
namespace {

WorkflowDefinition etl()
{
    WorkflowDefinition definition = workflow(
        {task("extract"), task("clean", {"extract"}), task("check", {"extract"}),
         task("load", {"clean", "check"})}
    );
    definition.tasks[3].rule = combination(
        RuleForm::all, {condition(RuleForm::task_success, "clean"),
                        value_rule("kind", ValueOperator::equals, "a\"b")}
    );
    return definition;
}

TEST(WorkflowDraw, formats_have_names)
{
    for (const DrawFormat format :
         {DrawFormat::json, DrawFormat::dot, DrawFormat::mermaid, DrawFormat::ascii})
        EXPECT_EQ(draw_format(name(format)), format);
    EXPECT_EQ(draw_format("png"), std::nullopt);
}

TEST(WorkflowDraw, json_is_the_document_of_the_definition)
{
    const std::string text = draw(etl(), DrawFormat::json);
    EXPECT_EQ(parse_json(text).value(), definition_json(etl()));
    EXPECT_TRUE(text.ends_with("}\n"));
}

TEST(WorkflowDraw, dot_quotes_names_and_tells_rules)
{
    EXPECT_EQ(draw(etl(), DrawFormat::dot), R"x(digraph "etl" {
    rankdir=LR;
    node [shape=box];
    "extract";
    "clean";
    "check";
    "load" [xlabel="all(task_success(clean), context_value(kind, Equals, \"a\\\"b\"))"];
    "extract" -> "clean";
    "extract" -> "check";
    "clean" -> "load";
    "check" -> "load";
}
)x");
}

TEST(WorkflowDraw, mermaid_numbers_its_nodes_and_escapes_their_text)
{
    EXPECT_EQ(draw(etl(), DrawFormat::mermaid), R"x(flowchart LR
    t0["extract"]
    t1["clean"]
    t2["check"]
    t3["load<br/>all(task_success(clean), context_value(kind, Equals, #quot;a\#quot;b#quot;))"]
    t0 --> t1
    t0 --> t2
    t1 --> t3
    t2 --> t3
)x");
    EXPECT_EQ(
        draw(workflow({task("<end> & #1 \"x\"")}), DrawFormat::mermaid),
        "flowchart LR\n    t0[\"#lt;end#gt; #amp; #35;1 #quot;x#quot;\"]\n"
    );
}

TEST(WorkflowDraw, ascii_shows_the_flow_and_the_rules)
{
    EXPECT_EQ(draw(etl(), DrawFormat::ascii), R"x(o  extract
+--.
o  |  clean
|  o  check
+--'
o  load  if all(task_success(clean), context_value(kind, Equals, "a\"b"))
)x");
}

} // namespace
} // namespace sluice::workflow_draw_test
