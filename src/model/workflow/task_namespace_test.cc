// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/task_namespace.h"

#include "base/random.h"

#include <gtest/gtest.h>

namespace sluice::task_namespace_test {
namespace {

std::string problem(std::string_view name)
{
    return name_problem("task id", name).value_or("");
}

std::string parse_error(std::string_view text)
{
    const Result<TaskNamespace> name = parse_task_namespace(text);
    if (name)
        return "";
    EXPECT_EQ(name.error().code, Errc::invalid);
    return name.error().detail;
}

TEST(TaskNamespace, a_task_has_a_tenant_a_package_and_a_workflow)
{
    const TaskNamespace name{.workflow = {.workflow = "etl"}, .task = "extract"};

    EXPECT_EQ(name.text(), "public::embedded::etl::extract");
    EXPECT_EQ(name.workflow.text(), "public::embedded::etl");
    EXPECT_EQ(parse_task_namespace("public::embedded::etl::extract").value(), name);
    EXPECT_EQ(parse_workflow_namespace("public::embedded::etl").value(), name.workflow);
}

TEST(TaskNamespace, the_parent_of_a_task_is_its_workflow)
{
    const TaskNamespace extract{.workflow = {.workflow = "etl"}, .task = "extract"};
    const TaskNamespace load{.workflow = {.workflow = "etl"}, .task = "load"};
    const TaskNamespace other{.workflow = {.workflow = "report"}, .task = "load"};

    EXPECT_TRUE(extract.is_child_of(load.parent()));
    EXPECT_FALSE(extract.is_child_of(load));
    EXPECT_FALSE(extract.is_child_of(other.parent()));
    EXPECT_FALSE(extract.parent().is_child_of(extract.parent()));
    EXPECT_TRUE(extract.is_sibling_of(load));
    EXPECT_FALSE(extract.is_sibling_of(extract));
    EXPECT_FALSE(load.is_sibling_of(other));
    EXPECT_FALSE(load.is_sibling_of(load.parent()));
}

TEST(TaskNamespace, a_name_of_another_number_of_parts_is_refused)
{
    EXPECT_EQ(
        parse_error("etl::extract"),
        "the name 'etl::extract' has 2 part(s); 'tenant::package::workflow::task' is accepted"
    );
    EXPECT_EQ(
        parse_error("a::b::c::d::e"),
        "the name 'a::b::c::d::e' has 5 part(s); 'tenant::package::workflow::task' is accepted"
    );
    EXPECT_EQ(
        parse_workflow_namespace("etl").error().detail,
        "the name 'etl' has 1 part(s); 'tenant::package::workflow' is accepted"
    );
}

TEST(TaskNamespace, each_part_is_checked)
{
    EXPECT_EQ(parse_error("::b::c::d"), "the tenant is empty");
    EXPECT_EQ(parse_error("a::b::c::"), "the task is empty");
    EXPECT_EQ(parse_error("a::b:::c::d"), "the workflow ':c' begins or ends with ':'");
}

TEST(TaskNamespace, a_name_says_what_is_wrong_with_it)
{
    EXPECT_EQ(problem("extract"), "");
    EXPECT_EQ(problem("a b.c-d_e:f"), "");
    EXPECT_EQ(problem("größe"), "");
    EXPECT_EQ(problem(""), "the task id is empty");
    EXPECT_EQ(problem("a::b"), "the task id 'a::b' contains '::', which separates names");
    EXPECT_EQ(problem("a:"), "the task id 'a:' begins or ends with ':'");
    EXPECT_EQ(problem("\xff"), "the task id '\xef\xbf\xbd' is not UTF-8");
    EXPECT_NE(problem("a\x01").find("contains a control character"), std::string::npos);
    EXPECT_NE(problem("a\nb").find("contains a control character"), std::string::npos);
}

TEST(TaskNamespace, a_part_has_at_most_64_bytes)
{
    EXPECT_EQ(problem(std::string(64, 'a')), "");
    EXPECT_EQ(
        problem(std::string(65, 'a')),
        "the task id '" + std::string(64, 'a') + "…' has 65 bytes; 64 are allowed"
    );
}

TEST(TaskNamespace, a_full_name_has_one_reading)
{
    int good = 0;
    for (std::uint64_t seed = 0; seed < 5000; ++seed) {
        SeededRandom random(seed);
        std::string parts[4];
        bool are_good = true;
        for (std::string& part : parts) {
            part = random_text(random, ":ab", random.next() % 5);
            are_good = are_good && !name_problem("part", part);
        }
        if (!are_good)
            continue;
        ++good;
        const TaskNamespace name{{parts[0], parts[1], parts[2]}, parts[3]};
        const Result<TaskNamespace> read = parse_task_namespace(name.text());
        ASSERT_TRUE(read) << "seed " << seed << ": " << name.text();
        EXPECT_EQ(*read, name) << "seed " << seed;
    }
    EXPECT_GT(good, 100);
}

TEST(TaskNamespace, a_queue_names_its_workflow)
{
    const WorkflowNamespace name{.tenant = "acme", .workflow = "etl"};

    EXPECT_EQ(workflow_queue(name), "workflow/acme::embedded::etl");
    EXPECT_EQ(workflow_of_queue(workflow_queue(name)), name);
    EXPECT_EQ(workflow_of_queue("job/etl"), std::nullopt);
    EXPECT_EQ(workflow_of_queue("workflow/etl"), std::nullopt);
}

} // namespace
} // namespace sluice::task_namespace_test
