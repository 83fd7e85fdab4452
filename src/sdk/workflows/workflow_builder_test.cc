// SPDX-License-Identifier: Apache-2.0
#include "sluice/workflow.h"

#include "sdk/workflows/inside.h"
#include "sluice/workflow_error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace sluice::workflows::workflow_builder_test {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

void nothing(Context&)
{}

WorkflowBuilder builder()
{
    return WorkflowBuilder("etl");
}

// a -> b, a -> c, both -> d
Workflow diamond()
{
    return builder()
        .task("a", nothing)
        .task("b", nothing, {.dependencies = {"a"}})
        .task("c", nothing, {.dependencies = {"a"}})
        .task("d", nothing, {.dependencies = {"c", "b"}})
        .build();
}

Lines problems_of(const WorkflowBuilder& builder)
{
    try {
        builder.build();
    } catch (const DefinitionError& error) {
        return error.problems();
    }
    return {};
}

Lines problems_of_task(TaskOptions options)
{
    return problems_of(builder().task("a", nothing).task("b", nothing, std::move(options)));
}

Lines problems_of_retry(Retry retry)
{
    return problems_of_task({.retry = std::move(retry)});
}

TEST(WorkflowBuilder, makes_a_workflow_of_what_it_was_told)
{
    const Workflow workflow = builder()
                                  .tenant("acme")
                                  .package("nightly")
                                  .description("loads")
                                  .tag("team", "a")
                                  .tag("team", "b")
                                  .task("load", nothing)
                                  .build();
    EXPECT_EQ(workflow.name(), "etl");
    EXPECT_EQ(workflow.tenant(), "acme");
    EXPECT_EQ(workflow.package(), "nightly");
    EXPECT_EQ(workflow.workflow_namespace(), "acme::nightly::etl");
    EXPECT_EQ(workflow.description(), "loads");
    EXPECT_EQ(workflow.tags(), (std::map<std::string, std::string>{{"team", "b"}}));
    EXPECT_EQ(workflow.task_ids(), Lines{"load"});
    EXPECT_EQ(diamond().workflow_namespace(), "public::embedded::etl");
}

TEST(WorkflowBuilder, hands_over_what_the_engine_needs)
{
    TaskOptions options{.dependencies = {"a"}, .rule = task_failed("a"), .timeout = 1500ms};
    options.retry = {.max_attempts = 7, .backoff = Backoff::linear(2)};
    options.version = "v2";
    const Workflow workflow = builder().task("a", nothing).task("b", nothing, options).build();
    const WorkflowRegistration& registration = *Inside::registration(workflow);

    ASSERT_EQ(registration.bodies.size(), 2u);
    EXPECT_EQ(registration.version, workflow.version());
    EXPECT_FALSE(registration.definition.tasks[0].rule);
    const WorkflowTask& task = registration.definition.tasks[1];
    EXPECT_EQ(task.dependencies, Lines{"a"});
    EXPECT_EQ(task.fingerprint, "v2");
    EXPECT_EQ(task.timeout, Micros(1500ms));
    EXPECT_EQ(task.retry.tries_max, 7);
    EXPECT_EQ(task.retry.growth, Growth::linear);
    ASSERT_TRUE(task.rule);
    EXPECT_EQ(describe_rule(*task.rule), "task_failed(a)");
}

TEST(WorkflowBuilder, tells_all_problems_at_once)
{
    const WorkflowBuilder bad = builder()
                                    .tenant("")
                                    .task("extract", nothing)
                                    .task("load", nothing, {.dependencies = {"extrakt"}})
                                    .task("load", nothing)
                                    .task("x", nothing, {.dependencies = {"y"}})
                                    .task("y", nothing, {.dependencies = {"x"}})
                                    .task("z", nothing, {.rule = task_success("extract")})
                                    .task("zz", nothing, {.retry = {.max_attempts = 0}});
    const Lines problems = problems_of(bad);
    const auto says = [&problems](std::string_view text) {
        return std::ranges::count(problems, text) == 1;
    };
    EXPECT_TRUE(says("task 'load' depends on 'extrakt', which does not exist (did you mean "
                     "'extract'?)"));
    EXPECT_TRUE(says("task 'load' is described twice"));
    EXPECT_TRUE(says("cycle: x -> y -> x"));
    EXPECT_TRUE(
        says("the rule of 'z' names 'extract', which 'z' does not depend on, directly or not")
    );
    EXPECT_TRUE(says("task 'zz': retry.max_attempts: must be a whole number from 1 to 1000, "
                     "not the number 0"));
    EXPECT_EQ(problems.size(), 6u); // and the tenant
}

TEST(WorkflowBuilder, says_which_workflow_it_is_about)
{
    try {
        builder().build();
        FAIL() << "it was built";
    } catch (const DefinitionError& error) {
        EXPECT_STREQ(error.what(), "workflow 'etl' cannot be built\n  workflow 'etl' has no tasks");
    }
}

TEST(WorkflowBuilder, goes_on_after_a_failure_and_as_a_copy)
{
    WorkflowBuilder first = builder();
    EXPECT_FALSE(problems_of(first).empty());
    WorkflowBuilder second = first;
    second.task("a", nothing);
    EXPECT_EQ(second.build().task_ids(), Lines{"a"});
    EXPECT_FALSE(problems_of(first).empty());
    first = second;
    first.task("b", nothing);
    EXPECT_EQ(first.build().task_ids(), (Lines{"a", "b"}));
    EXPECT_EQ(second.build().task_ids(), Lines{"a"});
}

TEST(WorkflowBuilder, refuses_retries_out_of_bounds)
{
    EXPECT_EQ(problems_of_retry({}), Lines{});
    EXPECT_EQ(problems_of_retry({.max_attempts = 1001}).size(), 1u);
    EXPECT_EQ(problems_of_retry({.initial_delay = -1ms}).size(), 1u);
    EXPECT_EQ(problems_of_retry({.max_delay = 24h * 31}).size(), 1u);
    EXPECT_EQ(problems_of_retry({.max_delay = std::chrono::milliseconds::max()}).size(), 1u);
    EXPECT_EQ(problems_of_retry({.backoff = Backoff::linear(-1)}).size(), 1u);
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(problems_of_retry({.backoff = Backoff::exponential(infinity)}).size(), 1u);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(problems_of_retry({.backoff = Backoff::exponential(2, nan)}).size(), 1u);
    EXPECT_EQ(problems_of_retry({.condition = RetryCondition::patterns({"a", ""})}).size(), 1u);
    EXPECT_EQ(
        problems_of_retry({.backoff = Backoff::custom({})}),
        Lines{"task 'b': retry.backoff: a custom one needs a function"}
    );
}

TEST(WorkflowBuilder, refuses_timeouts_out_of_bounds)
{
    EXPECT_EQ(problems_of_task({.timeout = 1ms}), Lines{});
    for (const std::chrono::milliseconds timeout : {0ms, -5ms, std::chrono::milliseconds::max()}) {
        const Lines problems = problems_of_task({.timeout = timeout});
        ASSERT_EQ(problems.size(), 1u) << timeout.count();
        EXPECT_TRUE(problems[0].starts_with("task 'b': timeout_ms: must be ")) << problems[0];
    }
}

TEST(WorkflowBuilder, refuses_texts_that_the_database_would_not_give_back)
{
    const std::string nul(1, '\0');
    EXPECT_EQ(problems_of_task({.version = nul}).size(), 1u);
    EXPECT_EQ(problems_of(builder().task("a", nothing).tag("key", nul)).size(), 1u);
}

TEST(WorkflowBuilder, refuses_what_is_too_large)
{
    WorkflowBuilder large = builder();
    for (int i = 0; i <= 100'000; ++i)
        large.task(std::to_string(i), nothing);
    EXPECT_EQ(problems_of(large), Lines{"it has 100001 tasks; 100000 are allowed"});
}

TEST(Workflow, tells_how_its_tasks_hang_together)
{
    const Workflow workflow = diamond();
    EXPECT_EQ(workflow.topological_sort(), (Lines{"a", "b", "c", "d"}));
    EXPECT_EQ(workflow.execution_levels(), (std::vector<Lines>{{"a"}, {"b", "c"}, {"d"}}));
    EXPECT_EQ(workflow.roots(), Lines{"a"});
    EXPECT_EQ(workflow.leaves(), Lines{"d"});
    EXPECT_EQ(workflow.dependencies("d"), (Lines{"c", "b"}));
    EXPECT_EQ(workflow.dependents("a"), (Lines{"b", "c"}));
    EXPECT_TRUE(workflow.can_run_parallel("b", "c"));
    EXPECT_FALSE(workflow.can_run_parallel("a", "d"));
}

TEST(Workflow, names_the_nearest_task_for_one_that_it_has_not)
{
    const Workflow workflow = builder().task("extract", nothing).build();
    try {
        workflow.dependents("extrakt");
        FAIL() << "it was found";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::not_found);
        EXPECT_NE(std::string(error.what()).find("did you mean 'extract'?"), std::string::npos);
    }
}

TEST(Workflow, gives_parts_of_itself_with_their_bodies)
{
    const Workflow whole = diamond();
    const Workflow part = whole.subgraph({"c"});
    EXPECT_EQ(part.task_ids(), (Lines{"a", "c"}));
    EXPECT_EQ(Inside::registration(part)->bodies[1], Inside::registration(whole)->bodies[2]);

    const Workflow without = whole.remove_task("b");
    EXPECT_EQ(without.dependencies("d"), Lines{"c"});
    EXPECT_EQ(Inside::registration(without)->bodies[2], Inside::registration(whole)->bodies[3]);
    EXPECT_EQ(whole.remove_dependency("d", "c").dependencies("d"), Lines{"b"});
    EXPECT_EQ(whole.task_ids().size(), 4u);
}

TEST(Workflow, refuses_parts_that_are_no_workflow)
{
    const Workflow alone = builder().task("a", nothing).build();
    EXPECT_THROW(alone.remove_task("a"), DefinitionError);
    const Workflow ruled =
        builder()
            .task("a", nothing)
            .task("b", nothing, {.dependencies = {"a"}, .rule = task_failed("a")})
            .build();
    EXPECT_THROW(ruled.remove_dependency("b", "a"), DefinitionError);
    EXPECT_THROW(ruled.remove_dependency("a", "b"), Error);
}

TEST(Workflow, has_a_version_that_equal_definitions_share)
{
    EXPECT_EQ(diamond().version().size(), 16u);
    EXPECT_EQ(diamond().version(), diamond().version());
    const Workflow first = builder().task("a", nothing).build();
    const Workflow other = builder().task("a", nothing, {.version = "2"}).build();
    EXPECT_NE(first.version(), other.version());
    const Workflow patient = builder().task("a", nothing, {.timeout = 1s}).build();
    EXPECT_EQ(first.version(), patient.version());
}

TEST(Workflow, is_drawn_in_each_format)
{
    const Workflow workflow = diamond();
    EXPECT_TRUE(workflow.draw(Workflow::Format::json).starts_with("{"));
    EXPECT_TRUE(workflow.draw(Workflow::Format::dot).starts_with("digraph"));
    EXPECT_NE(workflow.draw(Workflow::Format::mermaid), workflow.draw(Workflow::Format::ascii));
}

} // namespace
} // namespace sluice::workflows::workflow_builder_test
