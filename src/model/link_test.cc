// SPDX-License-Identifier: Apache-2.0
#include "model/link.h"

#include <gtest/gtest.h>

#include <array>

namespace sluice::link_test {
namespace {

struct Line {
    LinkCondition condition;
    std::array<bool, 4> met; // by succeeded, failed, canceled, skipped
};

TEST(Link, every_condition_meets_every_outcome_as_the_table_says)
{
    constexpr std::array outcomes{
        TaskState::succeeded, TaskState::failed, TaskState::canceled, TaskState::skipped};
    constexpr std::array<Line, 4> table{{
        {LinkCondition::on_success, {true, false, false, false}},
        {LinkCondition::on_failure, {false, true, true, false}},
        {LinkCondition::always, {true, true, true, true}},
        {LinkCondition::not_failed, {true, false, false, true}},
    }};
    for (const Line& line : table)
        for (std::size_t i = 0; i < outcomes.size(); ++i)
            EXPECT_EQ(is_met(line.condition, outcomes[i]), line.met[i])
                << static_cast<int>(line.condition) << " after " << name(outcomes[i]);
}

TEST(LinkDeathTest, a_parent_that_is_not_final_has_no_verdict)
{
    for (const TaskState state : all_task_states) {
        if (is_final(state))
            continue;
        EXPECT_DEATH(is_met(LinkCondition::always, state), "") << name(state);
    }
}

TEST(Link, a_skipped_parent_skips_on)
{
    for (const Unmet unmet : {Unmet::fail, Unmet::skip}) {
        EXPECT_EQ(effect_of(unmet, TaskState::skipped), Unmet::skip);
        for (const TaskState end : {TaskState::succeeded, TaskState::failed, TaskState::canceled})
            EXPECT_EQ(effect_of(unmet, end), unmet) << name(end);
    }
}

TEST(Link, fail_beats_skip)
{
    EXPECT_EQ(stronger(Unmet::skip, Unmet::skip), Unmet::skip);
    EXPECT_EQ(stronger(Unmet::skip, Unmet::fail), Unmet::fail);
    EXPECT_EQ(stronger(Unmet::fail, Unmet::skip), Unmet::fail);
    EXPECT_EQ(stronger(Unmet::fail, Unmet::fail), Unmet::fail);
}

} // namespace
} // namespace sluice::link_test
