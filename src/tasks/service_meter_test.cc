// SPDX-License-Identifier: Apache-2.0
#include "tasks/service_meter.h"

#include <gtest/gtest.h>

namespace sluice::service_meter_test {
namespace {

class ServiceMeterTest : public ::testing::Test {
protected:
    void expect_line(const std::string& line)
    {
        const std::string text = metrics.registry.text();
        EXPECT_NE(text.find(line + "\n"), std::string::npos) << line << "\nis not in\n" << text;
    }

    ProcessMetrics metrics;
};

TEST_F(ServiceMeterTest, counts_every_move_of_a_tally)
{
    Tally tally;
    tally.created = 3;
    tally.with_parents = 2;
    tally.moves[static_cast<std::size_t>(TaskState::pending)]
               [static_cast<std::size_t>(TaskState::claimed)] = 4;
    tally.operations = 7;
    metrics.meter.committed(tally);
    metrics.meter.committed(tally);
    expect_line("tasks_created_total 6");
    expect_line("tasks_with_dependencies_total 4");
    expect_line(R"(task_status_transitions_total{from_status="Pending",to_status="Claimed"} 8)");
    expect_line("store_group_size_count 2");
    expect_line("store_group_size_sum 14");
}

TEST_F(ServiceMeterTest, counts_ends_and_begins_by_kind)
{
    Tally tally;
    tally.begins.push_back({"build", std::chrono::seconds(2)});
    tally.ends.push_back({"build", TaskState::succeeded, std::chrono::seconds(1)});
    tally.ends.push_back({"build", TaskState::failed, std::nullopt});
    metrics.meter.committed(tally);
    expect_line(R"(tasks_completed_total{outcome="success",kind="build"} 1)");
    expect_line(R"(tasks_completed_total{outcome="failure",kind="build"} 1)");
    expect_line(R"(task_wait_seconds_count{kind="build"} 1)");
    expect_line(R"(task_duration_seconds_count{kind="build",outcome="success"} 1)");
}

TEST_F(ServiceMeterTest, counts_why_tasks_move)
{
    Tally tally;
    tally.timed_out = 1;
    tally.tried_again = 2;
    tally.tries_used_up = 3;
    tally.parents_ended[static_cast<std::size_t>(TaskState::failed)] = 4;
    tally.failed_by_parent = 5;
    tally.dead_ends = 6;
    tally.blocked = 7;
    metrics.meter.committed(tally);
    expect_line("tasks_timed_out_total 1");
    expect_line("task_retry_total 2");
    expect_line("task_retry_exhausted_total 3");
    expect_line(R"(dependency_propagations_total{parent_outcome="failure"} 4)");
    expect_line("tasks_failed_by_dependency_total 5");
    expect_line("tasks_canceled_dead_end_total 6");
    expect_line("tasks_blocked_by_concurrency_total 7");
}

} // namespace
} // namespace sluice::service_meter_test
