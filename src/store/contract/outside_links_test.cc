// SPDX-License-Identifier: Apache-2.0
// Links between batches (docs/decisions/0006).
#include "store/contract/service_contract.h"

namespace sluice::outside_links_test {

class OutsideLinks : public ServiceContract {
protected:
    using States = std::vector<TaskState>;

    static constexpr TaskState W = TaskState::waiting;
    static constexpr TaskState P = TaskState::pending;
    static constexpr TaskState S = TaskState::succeeded;
    static constexpr TaskState F = TaskState::failed;
    static constexpr TaskState C = TaskState::canceled;
    static constexpr TaskState K = TaskState::skipped;

    Submitted batch(std::size_t count, std::vector<GraphLink> links = {})
    {
        return submit(new_batch(std::vector<NewTask>(count, service_task()), std::move(links)));
    }

    // A batch of `count` tasks, the first of which waits for a task of another one.
    Submit child_of(
        const Submitted& parent, std::size_t index, LinkCondition condition, std::size_t count = 1,
        std::vector<GraphLink> links = {}
    )
    {
        Submit request = new_batch(std::vector<NewTask>(count, service_task()), std::move(links));
        const bool skips = condition == LinkCondition::on_failure;
        request.outside = {
            {parent.tasks[index], parent.run, 0, condition, skips ? Unmet::skip : Unmet::fail}};
        return request;
    }

    void end(TaskId id, TaskState outcome)
    {
        const WorkerId w = worker(1h);
        const Leased leased = claim_for_target(w);
        ASSERT_EQ(leased.task, id);
        UpdateTask update = update_of(leased);
        update.end = outcome;
        update.failure_reason = "broken";
        ASSERT_TRUE(db(update));
    }

    void cancel(const Submitted& run, std::vector<TaskId> tasks)
    {
        ASSERT_TRUE(db(Cancel{target(run.run, std::move(tasks))}));
    }
};

TEST_P(OutsideLinks, hold_a_task_until_its_parent_has_ended_as_they_ask)
{
    for (const LinkCondition condition :
         {LinkCondition::on_success, LinkCondition::on_failure, LinkCondition::always})
        for (const TaskState outcome : {S, F, C}) {
            const Submitted parent = batch(1);
            const Submitted child = submit(child_of(parent, 0, condition, 2, {{0, 1}}));
            EXPECT_EQ(states(child.tasks), (States{W, W}));
            if (outcome == C)
                cancel(parent, parent.tasks);
            else
                end(parent.tasks[0], outcome);
            const bool met = is_met(condition, outcome);
            const TaskState unmet = condition == LinkCondition::on_failure ? K : F;
            EXPECT_EQ(states(child.tasks), met ? (States{P, W}) : (States{unmet, unmet}))
                << static_cast<int>(condition) << " " << name(outcome);
            if (met)
                cancel(child, {});
        }
}

TEST_P(OutsideLinks, to_a_parent_that_has_ended_are_settled_at_once)
{
    const Submitted parent = batch(2);
    end(parent.tasks[0], S);
    end(parent.tasks[1], F);
    EXPECT_EQ(states(submit(child_of(parent, 0, LinkCondition::on_success)).tasks), (States{P}));
    const Submitted failed = submit(child_of(parent, 1, LinkCondition::on_success, 2, {{0, 1}}));
    EXPECT_EQ(states(failed.tasks), (States{F, F}));
    EXPECT_EQ(run_state_of(failed.run), RunState::failed);
    EXPECT_TRUE(task(failed.tasks[0]).done->error.starts_with("Required parent task "));
}

TEST_P(OutsideLinks, to_a_batch_that_was_stopped_find_its_tasks_canceled)
{
    const Submitted parent = batch(1);
    cancel(parent, {});
    EXPECT_EQ(states(submit(child_of(parent, 0, LinkCondition::on_success)).tasks), (States{F}));
    EXPECT_EQ(states(submit(child_of(parent, 0, LinkCondition::always)).tasks), (States{P}));
}

TEST_P(OutsideLinks, hear_of_the_stop_of_the_parents_batch)
{
    const Submitted parent = batch(2, {{0, 1}});
    const Submitted child = submit(child_of(parent, 1, LinkCondition::on_success));
    cancel(parent, {});
    EXPECT_EQ(states(child.tasks), (States{F}));
}

TEST_P(OutsideLinks, lead_through_several_batches)
{
    const Submitted first = batch(1);
    const Submitted second = submit(child_of(first, 0, LinkCondition::on_success));
    const Submitted third = submit(child_of(second, 0, LinkCondition::on_success));
    end(first.tasks[0], F);
    EXPECT_EQ(states(second.tasks), (States{F}));
    EXPECT_EQ(states(third.tasks), (States{F}));
    EXPECT_EQ(run_state_of(third.run), RunState::failed);
}

TEST_P(OutsideLinks, keep_their_parent_from_being_a_dead_end)
{
    const Submitted parent = batch(2, {{0, 1}});
    const Submitted child = submit(child_of(parent, 0, LinkCondition::on_success));
    cancel(parent, {parent.tasks[1]});
    EXPECT_EQ(states(parent.tasks), (States{P, C})) << "another batch waits for it";
    EXPECT_EQ(states(child.tasks), (States{W}));
}

TEST_P(OutsideLinks, make_no_dead_end_of_their_parent)
{
    const Submitted parent = batch(1);
    const Submitted child = submit(child_of(parent, 0, LinkCondition::on_success));
    cancel(child, child.tasks);
    EXPECT_EQ(states(parent.tasks), (States{P}));
}

TEST_P(OutsideLinks, that_were_heard_of_know_nothing_of_a_retry)
{
    const Submitted parent = batch(1);
    const Submitted child = submit(child_of(parent, 0, LinkCondition::on_success));
    end(parent.tasks[0], F);
    ASSERT_TRUE(db(RetryTasks{target(parent.run, parent.tasks)}));
    EXPECT_EQ(states(parent.tasks), (States{P}));
    EXPECT_EQ(states(child.tasks), (States{F})) << "it stays as it is";
    ASSERT_TRUE(db(RetryTasks{target(child.run, child.tasks)}));
    EXPECT_EQ(states(child.tasks), (States{P})) << "though its parent lives again";
}

TEST_P(OutsideLinks, do_not_release_a_paused_child)
{
    const Submitted parent = batch(1);
    const Submitted child = submit(child_of(parent, 0, LinkCondition::on_success));
    ASSERT_TRUE(db(Pause{target(child.run, child.tasks)}));
    end(parent.tasks[0], S);
    EXPECT_EQ(states(child.tasks), (States{TaskState::paused}));
    ASSERT_TRUE(db(Resume{target(child.run, child.tasks)}));
    EXPECT_EQ(states(child.tasks), (States{P}));
}

TEST_P(OutsideLinks, hold_a_child_again_that_lives_again)
{
    const Submitted parent = batch(1);
    const Submitted child = submit(child_of(parent, 0, LinkCondition::on_success));
    cancel(child, child.tasks);
    ASSERT_TRUE(db(RetryTasks{target(child.run, child.tasks)}));
    EXPECT_EQ(states(child.tasks), (States{W}));
    end(parent.tasks[0], S);
    EXPECT_EQ(states(child.tasks), (States{P}));
}

TEST_P(OutsideLinks, go_with_the_batch_of_their_child)
{
    const Submitted parent = batch(1);
    const Submitted child = submit(child_of(parent, 0, LinkCondition::on_success));
    cancel(child, {});
    ASSERT_TRUE(db(DeleteRun{child.run}));
    end(parent.tasks[0], S);
    EXPECT_EQ(states(parent.tasks), (States{S}));
}

TEST_P(OutsideLinks, are_told_to_whoever_asks_why)
{
    const Submitted parent = batch(1);
    const Submitted child = submit(child_of(parent, 0, LinkCondition::on_success));
    const auto parents = [&] {
        return db.read([id = child.tasks[0]](Reads& reads) {
            return reads.service().outside_parents(id);
        });
    };
    ASSERT_EQ(parents().size(), 1U);
    EXPECT_EQ(parents()[0].task, parent.tasks[0]);
    end(parent.tasks[0], S);
    EXPECT_TRUE(parents().empty());
}

TEST_P(OutsideLinks, are_told_to_whoever_asks_for_a_graph)
{
    const Submitted parents = batch(2);
    Submit request = child_of(parents, 0, LinkCondition::on_success, 2, {{0, 1}});
    for (const std::uint32_t child : {0U, 1U})
        request.outside.push_back(
            {parents.tasks[1], parents.run, child, LinkCondition::always, Unmet::fail}
        );
    const Submitted children = submit(request);
    submit(child_of(parents, 1, LinkCondition::always)); // of another run
    const auto links = [&](LinkRow after, std::size_t limit) {
        return db.read([run = children.run, after, limit](Reads& reads) {
            return reads.service().outside_links(run, after, limit);
        });
    };
    const std::vector<OutsideLinkView> all = links({}, 100);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].link.parent, parents.tasks[0]);
    EXPECT_EQ(all[0].link.child, children.tasks[0]);
    EXPECT_EQ(all[0].link.condition, LinkCondition::on_success);
    EXPECT_EQ(all[0].parent_created_at, run(parents.run).row.created_at);
    EXPECT_EQ(all[2].link.child, children.tasks[1]);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::vector<OutsideLinkView> next = links(i == 0 ? LinkRow{} : all[i - 1].link, 1);
        ASSERT_EQ(next.size(), 1U) << i;
        EXPECT_EQ(next[0].link.parent, all[i].link.parent);
        EXPECT_EQ(next[0].link.child, all[i].link.child);
    }
    EXPECT_TRUE(links(all.back().link, 100).empty());
    end(parents.tasks[0], S);
    EXPECT_EQ(links({}, 100).size(), 2U) << "what has ended is forgotten";
}

TEST_P(OutsideLinks, do_not_count_among_the_parents_of_the_own_batch)
{
    const Submitted outside = batch(1);
    constexpr LinkCondition always = LinkCondition::always;
    Submit request =
        new_batch(std::vector<NewTask>(3, service_task()), {{0, 2, always}, {1, 2, always}});
    request.outside = {{outside.tasks[0], outside.run, 2, always, Unmet::fail}};
    const Submitted made = submit(request);
    const auto ended = [&](std::size_t task) {
        return db.read([run = run(made.run).row, id = made.tasks[task]](Reads& reads) {
            return reads.service().parents_ended(run, id);
        });
    };
    EXPECT_EQ(ended(0).parents, 0);
    EXPECT_EQ(ended(2).parents, 2);
    EXPECT_EQ(ended(2).ended, 0);
    EXPECT_FALSE(ended(2).last_at);
    cancel(made, {made.tasks[1]});
    EXPECT_EQ(ended(2).ended, 1);
    EXPECT_EQ(ended(2).last_at, task(made.tasks[1]).done->finished_at);
}

INSTANTIATE_TEST_SUITE_P(Dialects, OutsideLinks, ::testing::ValuesIn(all_dialects), dialect_name);

// Where several processes write at once: SQLite has one writer.
using SharedOutsideLinks = OutsideLinks;

// Another process holds the child's batch while its parent ends, wherever it stands then.
TEST_P(SharedOutsideLinks, are_settled_later_when_the_childs_batch_is_being_changed)
{
    std::size_t settled_later = 0;
    bool was_paused = true;
    for (int nth = 1; was_paused; ++nth) {
        const Submitted parent = batch(1);
        const Submitted child = submit(child_of(parent, 0, LinkCondition::on_success));
        const std::unique_ptr<testing::Driver> other = another_store();
        other->gate().close_at(nth);
        auto canceling = other->start(Cancel{target(child.run, {child.tasks[0]})});
        testing::turn_until(loop, [&] {
            return canceling.has_answer() || other->gate().is_reached();
        });
        was_paused = other->gate().is_reached();
        end(parent.tasks[0], S);
        other->gate().open();
        ASSERT_TRUE(canceling.get());
        settled_later += db(Settle{}).value();
        EXPECT_EQ(db(Settle{}).value(), 0U);
        EXPECT_EQ(states(child.tasks), (States{C})) << nth;
    }
    EXPECT_GT(settled_later, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, SharedOutsideLinks, ::testing::Values(Dialect::postgres), dialect_name
);

} // namespace sluice::outside_links_test
