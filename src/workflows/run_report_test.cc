// SPDX-License-Identifier: Apache-2.0
#include "workflows/run_report.h"

#include "workflows/context_hash.h"

#include <gtest/gtest.h>

namespace sluice::run_report_test {
namespace {

TaskReport completed(std::string id, std::string output)
{
    DoneRow end;
    end.result = std::move(output);
    TaskReport task;
    task.id = std::move(id);
    task.status = TaskStatus::completed;
    task.end = std::make_shared<const DoneRow>(std::move(end));
    return task;
}

TaskReport failed(std::string id)
{
    TaskReport task = completed(std::move(id), "");
    DoneRow end;
    end.outcome = TaskState::failed;
    task.status = TaskStatus::failed;
    task.end = std::make_shared<const DoneRow>(end);
    return task;
}

RunReport diamond(TaskReport last)
{
    RunReport report;
    report.tasks = {
        completed("a", R"({"a":1})"), completed("b", R"({"n":[1],"b":1})"),
        completed("c", R"({"n":[1,2]})"), std::move(last)};
    report.parents = {{}, {0}, {0}, {1, 2}};
    report.initial_context = R"({"start":true})";
    return report;
}

std::string final_context(const RunReport& report)
{
    const Result<std::string> context = final_context_of(report);
    return context ? *context : context.error().detail;
}

TEST(FinalContext, is_exactly_the_output_of_the_only_leaf)
{
    EXPECT_EQ(final_context(diamond(completed("d", R"({"x":1.0})"))), R"({"x":1.0})");
    EXPECT_EQ(final_context(diamond(completed("d", ""))), "{}");
}

TEST(FinalContext, merges_the_nearest_ancestors_that_completed)
{
    EXPECT_EQ(final_context(diamond(failed("d"))), R"({"n":[1,2],"b":1})");
}

TEST(FinalContext, is_the_initial_one_when_nothing_completed)
{
    RunReport report;
    report.tasks = {failed("a")};
    report.parents = {{}};
    EXPECT_EQ(final_context(report), "{}");
    report.initial_context = R"({"start":true})";
    EXPECT_EQ(final_context(report), R"({"start":true})");
}

TEST(FinalContext, says_whose_output_is_damaged)
{
    RunReport report = diamond(failed("d"));
    report.tasks[1] = completed("b", "{");
    EXPECT_TRUE(final_context(report).starts_with("the output of task 'b': "))
        << final_context(report);
}

TEST(ContextHash, is_the_same_for_contexts_that_are_equal_as_values)
{
    EXPECT_EQ(context_hash(R"({"a":1,"b":[2]})"), context_hash(R"({"b":[2.0], "a":1})"));
    EXPECT_EQ(context_hash(""), context_hash("{}"));
    EXPECT_NE(context_hash(R"({"a":1})"), context_hash(R"({"a":2})"));
    EXPECT_EQ(context_hash("").size(), 32u);
}

} // namespace
} // namespace sluice::run_report_test
