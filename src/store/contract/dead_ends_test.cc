// SPDX-License-Identifier: Apache-2.0
// Tasks that nobody waits for any more.
#include "store/contract/service_contract.h"

namespace sluice::dead_ends_test {

class DeadEnds : public ServiceContract {
protected:
    using States = std::vector<TaskState>;

    static constexpr TaskState W = TaskState::waiting;
    static constexpr TaskState P = TaskState::pending;
    static constexpr TaskState R = TaskState::running;
    static constexpr TaskState S = TaskState::succeeded;
    static constexpr TaskState F = TaskState::failed;
    static constexpr TaskState C = TaskState::canceled;
    static constexpr TaskState K = TaskState::skipped;

    Submitted
    graph(std::size_t count, std::vector<GraphLink> links, std::set<std::size_t> walls = {})
    {
        std::vector<NewTask> tasks(count, service_task());
        for (const std::size_t wall : walls)
            tasks[wall].card->flags = CardRow::dead_end_barrier;
        return submit(new_batch(std::move(tasks), std::move(links)));
    }

    void cancel(const Submitted& run, std::size_t task)
    {
        ASSERT_TRUE(db(Cancel{target(run.run, {run.tasks[task]})}));
    }

    Leased start_one(WorkerId by)
    {
        Leased task = claim_for_target(by);
        EXPECT_TRUE(accept(task, by));
        return task;
    }

    void end(const Leased& task, TaskState outcome)
    {
        UpdateTask update = update_of(task);
        update.end = outcome;
        update.failure_reason = "broken";
        ASSERT_TRUE(db(update));
    }
};

TEST_P(DeadEnds, are_canceled_when_their_last_child_is_final)
{
    const Submitted run = graph(3, {{0, 1}, {0, 2}});
    cancel(run, 1);
    EXPECT_EQ(states(run.tasks), (States{P, C, W})) << "the other child waits for it";
    cancel(run, 2);

    EXPECT_EQ(states(run.tasks), (States{C, C, C}));
    EXPECT_EQ(task(run.tasks[0]).done->error, "All child tasks already terminated");
}

TEST_P(DeadEnds, go_upward_from_one_to_the_next)
{
    const Submitted run = graph(4, {{0, 1}, {1, 2}, {2, 3}});
    cancel(run, 3);

    EXPECT_EQ(states(run.tasks), (States{C, C, C, C}));
}

TEST_P(DeadEnds, stop_at_a_barrier_which_may_be_canceled_itself)
{
    const Submitted run = graph(4, {{0, 1}, {1, 2}, {2, 3}}, {1});
    cancel(run, 3);

    EXPECT_EQ(states(run.tasks), (States{P, C, C, C}));
}

TEST_P(DeadEnds, are_canceled_while_they_run)
{
    const WorkerId w = worker(1h);
    const Submitted run = graph(3, {{0, 2}, {1, 2}});
    const Leased first = start_one(w);
    const Leased second = start_one(w);
    db.take_changes();
    end(first, F);

    EXPECT_EQ(states(run.tasks), (States{F, C, F})) << "the child needed both";
    UpdateTask late = update_of(second);
    late.success = 1;
    EXPECT_EQ(db(late).error().code, Errc::not_found);
}

TEST_P(DeadEnds, are_not_made_by_children_that_have_run)
{
    const WorkerId w = worker(1h);
    const Submitted run = graph(2, {{0, 1}});
    end(start_one(w), S);
    end(start_one(w), F);

    EXPECT_EQ(states(run.tasks), (States{S, F}));
}

TEST_P(DeadEnds, are_made_by_skipped_children)
{
    const WorkerId w = worker(1h);
    const Submitted run = graph(3, {{0, 2, LinkCondition::on_failure, Unmet::skip}, {1, 2}});
    const Leased first = start_one(w);
    ASSERT_EQ(first.task, run.tasks[0]);
    end(first, S);

    EXPECT_EQ(states(run.tasks), (States{S, C, K}));
    const std::string why = task(run.tasks[2]).done->error;
    EXPECT_TRUE(why.ends_with(" ended as Success, which the link does not accept")) << why;
}

TEST_P(DeadEnds, are_not_running_parents_of_a_paused_child_that_a_user_removes)
{
    const WorkerId w = worker(1h);
    const Submitted run = graph(2, {{0, 1}});
    const Leased parent = start_one(w);
    ASSERT_TRUE(db(Pause{target(run.run, {run.tasks[1]})}));
    cancel(run, 1);
    EXPECT_EQ(states(run.tasks), (States{R, C}));
    end(parent, S);
    EXPECT_EQ(states(run.tasks), (States{S, C}));

    const Submitted other = graph(2, {{0, 1}});
    ASSERT_TRUE(db(Pause{target(other.run, {other.tasks[1]})}));
    cancel(other, 1);
    EXPECT_EQ(states(other.tasks), (States{C, C})) << "it was not running";
}

TEST_P(DeadEnds, are_left_alone_when_the_whole_batch_is_stopped)
{
    const Submitted run = graph(3, {{0, 1}, {1, 2}});
    db.take_changes();
    ASSERT_TRUE(db(Cancel{target(run.run)}));

    for (const TaskId id : run.tasks)
        EXPECT_EQ(task(id).done->error, "because") << "and not because of its children";
}

INSTANTIATE_TEST_SUITE_P(Dialects, DeadEnds, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::dead_ends_test
