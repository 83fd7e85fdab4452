// SPDX-License-Identifier: Apache-2.0
#include "model/standing.h"

#include <gtest/gtest.h>

namespace sluice::standing_test {
namespace {

TEST(Standing, a_task_that_has_only_its_place_is_pending)
{
    EXPECT_EQ(standing_state({}), TaskState::pending);
}

TEST(Standing, parents_leases_and_pauses_show)
{
    EXPECT_EQ(standing_state({.has_unfinished_parents = true}), TaskState::waiting);
    EXPECT_EQ(standing_state({.has_lease = true}), TaskState::claimed);
    EXPECT_EQ(standing_state({.has_lease = true, .has_started = true}), TaskState::running);
    EXPECT_EQ(
        standing_state({.has_lease = true, .has_started = true, .has_paused_lease = true}),
        TaskState::paused
    );
    EXPECT_EQ(standing_state({.is_held = true}), TaskState::paused);
    EXPECT_EQ(standing_state({.is_held = true, .has_unfinished_parents = true}), TaskState::paused);
}

TEST(Standing, what_still_lives_in_a_final_run_is_canceled)
{
    EXPECT_EQ(standing_state({.run_is_final = true}), TaskState::canceled);
    EXPECT_EQ(
        standing_state({.run_is_final = true, .has_unfinished_parents = true}), TaskState::canceled
    );
    EXPECT_EQ(standing_state({.run_is_final = true, .is_held = true}), TaskState::canceled);
    EXPECT_EQ(standing_state({.run_is_final = true, .has_lease = true}), TaskState::canceled);
}

TEST(Standing, an_outcome_beats_everything)
{
    for (const TaskState outcome : {TaskState::succeeded, TaskState::failed, TaskState::skipped})
        EXPECT_EQ(standing_state({.outcome = outcome, .run_is_final = true}), outcome);
}

} // namespace
} // namespace sluice::standing_test
