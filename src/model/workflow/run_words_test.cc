// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/run_words.h"

#include <gtest/gtest.h>

namespace sluice::run_words_test {
namespace {

TEST(RunWords, states_of_tasks_have_the_words_of_the_contract)
{
    const std::pair<TaskState, std::string_view> words[] = {
        {TaskState::waiting, "NotStarted"}, {TaskState::pending, "Ready"},
        {TaskState::claimed, "Running"},    {TaskState::running, "Running"},
        {TaskState::paused, "Paused"},      {TaskState::succeeded, "Completed"},
        {TaskState::failed, "Failed"},      {TaskState::canceled, "Cancelled"},
        {TaskState::skipped, "Skipped"},
    };
    ASSERT_EQ(std::size(words), all_task_states.size());
    for (const auto& [state, word] : words)
        EXPECT_EQ(name(task_status(state)), word) << name(state);
}

TEST(RunWords, a_run_is_pending_until_a_task_has_started)
{
    EXPECT_EQ(run_status(RunFacts{}), RunStatus::pending);
    EXPECT_EQ(run_status(RunFacts{.has_started = true}), RunStatus::running);
    EXPECT_EQ(run_status(RunFacts{.state = RunState::loading}), RunStatus::pending);
}

TEST(RunWords, a_run_is_paused_when_everything_in_it_is_held)
{
    EXPECT_EQ(run_status(RunFacts{.is_held = true}), RunStatus::paused);
    EXPECT_EQ(run_status(RunFacts{.has_started = true, .is_held = true}), RunStatus::paused);
    EXPECT_EQ(
        run_status(RunFacts{.state = RunState::succeeded, .is_held = true}), RunStatus::completed
    );
}

TEST(RunWords, the_word_of_a_final_run_is_that_of_its_state)
{
    const auto word = [](RunState state) { return name(run_status(RunFacts{.state = state})); };
    EXPECT_EQ(word(RunState::succeeded), "Completed");
    EXPECT_EQ(word(RunState::failed), "Failed");
    EXPECT_EQ(word(RunState::canceled), "Cancelled");
}

TEST(RunWords, words_are_understood_in_whatever_case)
{
    EXPECT_EQ(run_status("Completed"), RunStatus::completed);
    EXPECT_EQ(run_status("running"), RunStatus::running);
    EXPECT_EQ(run_status("CANCELLED"), RunStatus::cancelled);
    EXPECT_EQ(run_status("canceled"), RunStatus::cancelled);
    EXPECT_EQ(run_status("done"), std::nullopt);
    EXPECT_EQ(run_status(""), std::nullopt);
}

TEST(RunWords, a_failed_run_counts_how_its_tasks_ended)
{
    const RunEnd end{
        .state = RunState::failed,
        .counts = {.total = 8, .succeeded = 5, .failed = 2, .canceled = 0, .skipped = 1}};
    EXPECT_EQ(run_error(end), "2 task(s) failed, 5 completed, 1 skipped");

    RunEnd with_canceled = end;
    with_canceled.counts.canceled = 3;
    EXPECT_EQ(run_error(with_canceled), "2 task(s) failed, 5 completed, 1 skipped, 3 cancelled");
}

TEST(RunWords, a_run_out_of_time_and_a_cancelled_one_say_so)
{
    EXPECT_EQ(
        run_error({.state = RunState::failed, .ending = RunEnding::timed_out}),
        "the run's timeout ran out"
    );
    EXPECT_EQ(
        run_error({.state = RunState::canceled, .ending = RunEnding::canceled}),
        "the run was cancelled"
    );
    EXPECT_EQ(
        run_error({.state = RunState::canceled, .reason = "too late"}),
        "the run was cancelled: too late"
    );
}

TEST(RunWords, a_run_that_completed_or_goes_on_has_no_error)
{
    EXPECT_EQ(run_error({.state = RunState::succeeded}), "");
    EXPECT_EQ(run_error({}), "");
}

TEST(RunWords, reasons_name_the_dependency_and_the_workflow)
{
    EXPECT_EQ(unmet_dependency("extract", TaskState::failed), "dependency 'extract' failed");
    EXPECT_EQ(
        unmet_dependency("extract", TaskState::canceled), "dependency 'extract' was cancelled"
    );
    EXPECT_EQ(abandoned_unknown("etl"), "ABANDONED: no process knows workflow 'etl'");
}

} // namespace
} // namespace sluice::run_words_test
