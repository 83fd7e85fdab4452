// SPDX-License-Identifier: Apache-2.0
#include "model/state.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace sluice::state_test {
namespace {

using enum TaskState;

constexpr std::array all_events{TaskEvent::parents_done, TaskEvent::claim,     TaskEvent::start,
                                TaskEvent::succeed,      TaskEvent::fail,      TaskEvent::cancel,
                                TaskEvent::skip,         TaskEvent::give_back, TaskEvent::pause,
                                TaskEvent::resume,       TaskEvent::retry};

using Cell = std::optional<TaskState>;
using Row = std::array<Cell, all_task_states.size()>;

// The whole machine, one row per event, one column per state, in the order of their declarations.
struct Line {
    TaskEvent event;
    Row after;
};

constexpr Cell no = std::nullopt;
constexpr Cell pend = pending;
constexpr Cell clmd = claimed;
constexpr Cell runs = running;
constexpr Cell paus = paused;
constexpr Cell succ = succeeded;
constexpr Cell fail = failed;
constexpr Cell canc = canceled;
constexpr Cell skip = skipped;

// clang-format off
constexpr std::array<Line, all_events.size()> machine{{
    // before:                 wait  pend  clmd  runs  paus  succ  fail  canc  skip
    {TaskEvent::parents_done, {pend, no,   no,   no,   no,   no,   no,   no,   no}},
    {TaskEvent::claim,        {no,   clmd, no,   no,   no,   no,   no,   no,   no}},
    {TaskEvent::start,        {no,   no,   runs, no,   no,   no,   no,   no,   no}},
    {TaskEvent::succeed,      {no,   no,   succ, succ, succ, no,   no,   no,   no}},
    {TaskEvent::fail,         {fail, fail, fail, fail, fail, no,   no,   no,   no}},
    {TaskEvent::cancel,       {canc, canc, canc, canc, canc, no,   no,   no,   no}},
    {TaskEvent::skip,         {skip, skip, skip, skip, skip, no,   no,   no,   no}},
    {TaskEvent::give_back,    {no,   no,   pend, pend, no,   no,   no,   no,   no}},
    {TaskEvent::pause,        {paus, paus, paus, paus, no,   no,   no,   no,   no}},
    {TaskEvent::resume,       {no,   no,   no,   no,   pend, no,   no,   no,   no}},
    {TaskEvent::retry,        {no,   no,   no,   no,   no,   no,   pend, pend, pend}},
}};
// clang-format on

TEST(State, every_event_does_to_every_state_what_the_table_says)
{
    for (std::size_t line = 0; line < machine.size(); ++line) {
        ASSERT_EQ(machine[line].event, all_events[line]);
        for (std::size_t i = 0; i < all_task_states.size(); ++i)
            EXPECT_EQ(after(all_task_states[i], machine[line].event), machine[line].after[i])
                << name(machine[line].event) << " of a task that is " << name(all_task_states[i]);
    }
}

TEST(State, a_task_is_final_leased_or_neither)
{
    const std::set<TaskState> final{succeeded, failed, canceled, skipped};
    const std::set<TaskState> leased{claimed, running};
    for (const TaskState state : all_task_states) {
        EXPECT_EQ(is_final(state), final.contains(state)) << name(state);
        EXPECT_EQ(is_leased(state), leased.contains(state)) << name(state);
    }
}

TEST(State, only_a_retry_leaves_a_final_state_and_never_success)
{
    for (const TaskState state : all_task_states) {
        if (!is_final(state))
            continue;
        for (const TaskEvent event : all_events) {
            const bool allowed = event == TaskEvent::retry && state != succeeded;
            EXPECT_EQ(after(state, event).has_value(), allowed) << name(state) << name(event);
        }
    }
}

TEST(State, names_of_states_are_read_back_and_others_are_not)
{
    std::set<std::string_view> names;
    for (const TaskState state : all_task_states) {
        EXPECT_EQ(task_state(name(state)), state);
        names.insert(name(state));
    }
    EXPECT_EQ(names.size(), all_task_states.size());
    for (const std::string_view other : {"", "Waiting", "waiting ", "done", "finished"})
        EXPECT_EQ(task_state(other), std::nullopt) << other;
}

TEST(State, resume_brings_back_what_the_rows_say)
{
    for (const bool started : {false, true})
        for (const bool parents : {false, true}) {
            EXPECT_EQ(
                resumed(
                    {.has_lease = true, .has_started = started, .has_unfinished_parents = parents}
                ),
                started ? running : claimed
            );
            EXPECT_EQ(
                resumed({.has_started = started, .has_unfinished_parents = parents}),
                parents ? waiting : pending
            );
        }
}

TEST(State, what_is_not_allowed_is_a_conflict_that_names_event_and_state)
{
    const Error error = not_allowed(succeeded, TaskEvent::retry);

    EXPECT_EQ(error.code, Errc::conflict);
    EXPECT_EQ(error.detail, "'retry' is not possible: the task is succeeded");
}

constexpr std::array outcomes{succeeded, failed, canceled, skipped};

TEST(RunCounts, counting_and_uncounting_touch_one_outcome)
{
    for (const TaskState outcome : outcomes) {
        RunCounts counts{.total = 3, .succeeded = 0, .failed = 0, .canceled = 0, .skipped = 0};
        count(counts, outcome);
        count(counts, outcome);
        EXPECT_EQ(counts.final(), 2);
        EXPECT_EQ(
            counts.succeeded * (outcome == succeeded) + counts.failed * (outcome == failed) +
                counts.canceled * (outcome == canceled) + counts.skipped * (outcome == skipped),
            2
        ) << name(outcome);
        uncount(counts, outcome);
        uncount(counts, outcome);
        EXPECT_EQ(counts, (RunCounts{3, 0, 0, 0, 0}));
    }
}

TEST(RunCountsDeathTest, more_ends_than_tasks_are_a_defect)
{
    RunCounts full{1, 1, 0, 0, 0};
    EXPECT_DEATH(count(full, failed), "");
    EXPECT_DEATH(uncount(full, failed), "");
}

// Every mix of up to three tasks, for each ending.
TEST(RunState, is_active_until_all_are_final_then_canceled_failed_or_succeeded)
{
    for (int mix = 0; mix < 5 * 5 * 5; ++mix) {
        RunCounts counts{3, 0, 0, 0, 0};
        for (const int place : {mix % 5, mix / 5 % 5, mix / 25})
            if (place < 4)
                count(counts, outcomes[static_cast<std::size_t>(place)]);
        for (const RunEnding ending :
             {RunEnding::none, RunEnding::canceled, RunEnding::timed_out}) {
            RunState expected = RunState::succeeded;
            if (counts.failed > 0 || ending == RunEnding::timed_out)
                expected = RunState::failed;
            if (ending == RunEnding::canceled)
                expected = RunState::canceled;
            if (counts.final() < 3)
                expected = RunState::active;
            EXPECT_EQ(run_state(counts, ending), expected) << mix;
        }
    }
}

TEST(RunState, canceled_or_skipped_tasks_alone_do_not_fail_a_run)
{
    EXPECT_EQ(run_state({2, 0, 0, 1, 1}, RunEnding::none), RunState::succeeded);
}

TEST(RunState, a_run_without_tasks_has_succeeded)
{
    EXPECT_EQ(run_state({}, RunEnding::none), RunState::succeeded);
}

TEST(RunState, only_loading_and_active_are_live)
{
    EXPECT_FALSE(is_final(RunState::loading));
    EXPECT_FALSE(is_final(RunState::active));
    EXPECT_TRUE(is_final(RunState::succeeded));
    EXPECT_TRUE(is_final(RunState::failed));
    EXPECT_TRUE(is_final(RunState::canceled));
}

TEST(State, every_name_of_events_ends_and_runs_is_its_own)
{
    std::set<std::string_view> events;
    for (const TaskEvent event : all_events)
        events.insert(name(event));
    EXPECT_EQ(events.size(), all_events.size());
    const std::set<std::string_view> ends{
        name(AttemptEnd::failed), name(AttemptEnd::timed_out), name(AttemptEnd::rescued),
        name(AttemptEnd::returned)};
    EXPECT_EQ(ends, (std::set<std::string_view>{"failed", "timed_out", "rescued", "returned"}));
    const std::set<std::string_view> runs{
        name(RunState::loading), name(RunState::active), name(RunState::succeeded),
        name(RunState::failed), name(RunState::canceled)};
    EXPECT_EQ(
        runs, (std::set<std::string_view>{"loading", "active", "succeeded", "failed", "canceled"})
    );
}

} // namespace
} // namespace sluice::state_test
