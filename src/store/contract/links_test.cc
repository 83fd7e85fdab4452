// SPDX-License-Identifier: Apache-2.0
#include "store/contract/contract.h"

#include "base/random.h"

#include <fmt/format.h>

#include <map>

namespace sluice::links_test {

namespace {

constexpr std::array all_conditions{
    LinkCondition::on_success, LinkCondition::on_failure, LinkCondition::always,
    LinkCondition::not_failed};
constexpr std::array all_outcomes{
    TaskState::succeeded, TaskState::failed, TaskState::canceled, TaskState::skipped};

// What a run must become when its tasks, in the order in which they become pending, end as `wish`
// says: the reference that the store is compared with.
std::vector<TaskState>
expected_ends(const std::vector<GraphLink>& links, const std::vector<TaskState>& wish)
{
    std::vector<std::optional<TaskState>> ends(wish.size());
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t task = 0; task < wish.size(); ++task) {
            if (ends[task])
                continue;
            bool waits = false;
            std::optional<Unmet> unmet;
            for (const GraphLink& link : links) {
                if (link.child != task)
                    continue;
                if (!ends[link.parent])
                    waits = true;
                if (!ends[link.parent] || is_met(link.condition, *ends[link.parent]))
                    continue;
                const Unmet effect = effect_of(link.unmet, *ends[link.parent]);
                unmet = unmet ? stronger(*unmet, effect) : effect;
            }
            if (waits)
                continue; // a tree of one unmet parent each has no races: see the caller
            changed = true;
            ends[task] = !unmet                  ? wish[task]
                         : *unmet == Unmet::fail ? TaskState::failed
                                                 : TaskState::skipped;
        }
    }
    std::vector<TaskState> all;
    for (const std::optional<TaskState>& end : ends)
        all.push_back(end.value());
    return all;
}

} // namespace

// Task 0 makes task 1 end as wanted, which has task 2 as its child.
TEST_P(StoreContract, a_child_follows_from_the_condition_and_the_end_of_its_parent)
{
    const WorkerId w = worker();
    for (const LinkCondition condition : all_conditions)
        for (const TaskState outcome : all_outcomes)
            for (const Unmet unmet : {Unmet::fail, Unmet::skip}) {
                const bool skips = outcome == TaskState::skipped;
                const Submitted submitted = submit(new_run(
                    3,
                    {{0, 1, skips ? LinkCondition::on_failure : LinkCondition::always, Unmet::skip},
                     {1, 2, condition, unmet}}
                ));
                ASSERT_TRUE(succeed(claim_one(w), w));
                if (!skips) {
                    const Leased parent = claim_one(w);
                    if (outcome == TaskState::succeeded)
                        ASSERT_TRUE(succeed(parent, w));
                    else if (outcome == TaskState::failed)
                        ASSERT_TRUE(fail(parent, w));
                    else
                        ASSERT_TRUE(db(Cancel{target(submitted.run, {parent.task})}));
                }
                ASSERT_EQ(state(submitted.tasks[1]), outcome);

                const TaskState expected = is_met(condition, outcome)      ? TaskState::pending
                                           : unmet == Unmet::skip || skips ? TaskState::skipped
                                                                           : TaskState::failed;
                EXPECT_EQ(state(submitted.tasks[2]), expected)
                    << static_cast<int>(condition) << " " << name(outcome);
                EXPECT_EQ(drain(w), expected == TaskState::pending ? 1u : 0u);
                EXPECT_TRUE(is_final(run_state_of(submitted.run)));
            }
}

TEST_P(StoreContract, a_child_starts_when_all_its_parents_are_final)
{
    const WorkerId w = worker();
    const Submitted submitted =
        submit(new_run(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3, LinkCondition::always}}));
    ASSERT_TRUE(succeed(claim_one(w), w));
    const std::vector<Leased> middle = claim(w);
    ASSERT_EQ(middle.size(), 2u);

    ASSERT_TRUE(succeed(middle[0], w));
    EXPECT_EQ(state(submitted.tasks[3]), TaskState::waiting);
    ASSERT_TRUE(fail(middle[1], w));
    EXPECT_EQ(state(submitted.tasks[3]), TaskState::pending);
    EXPECT_EQ(drain(w), 1u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::failed);
}

TEST_P(StoreContract, two_parents_that_end_in_one_group_release_their_child_once)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(3, {{0, 2}, {1, 2}}));
    const std::vector<Leased> parents = claim(w);

    const auto [one, two, claimed] =
        db.together(success_of(parents[0], w), success_of(parents[1], w), claim_of(w, 5));

    EXPECT_TRUE(one && two);
    ASSERT_EQ(claimed->size(), 1u);
    EXPECT_EQ(claimed->front().task, submitted.tasks[2]);
}

TEST_P(StoreContract, an_unmet_condition_ends_the_child_at_once_while_other_parents_run)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(3, {{0, 2}, {1, 2}}));
    const std::vector<Leased> parents = claim(w);

    ASSERT_TRUE(fail(parents[0], w));
    EXPECT_EQ(state(submitted.tasks[2]), TaskState::failed);
    EXPECT_EQ(task(submitted.tasks[2]).done->error, "dependency 'task' failed");
    EXPECT_EQ(run_state_of(submitted.run), RunState::active);

    ASSERT_TRUE(succeed(parents[1], w));
    EXPECT_EQ(run_state_of(submitted.run), RunState::failed);
    EXPECT_EQ(run(submitted.run).row.counts, (RunCounts{3, 1, 2, 0, 0}));
}

TEST_P(StoreContract, fail_beats_skip_when_both_come_together)
{
    const WorkerId w = worker();
    for (const bool fail_first : {false, true}) {
        const Unmet one = fail_first ? Unmet::fail : Unmet::skip;
        const Unmet two = fail_first ? Unmet::skip : Unmet::fail;
        const Submitted submitted = submit(new_run(
            3, {{0, 2, LinkCondition::on_success, one}, {1, 2, LinkCondition::on_success, two}}
        ));
        const std::vector<Leased> parents = claim(w);

        const auto [a, b] = db.together(failure_of(parents[0], w), failure_of(parents[1], w));

        EXPECT_TRUE(a && b);
        EXPECT_EQ(state(submitted.tasks[2]), TaskState::failed);
    }
}

TEST_P(StoreContract, a_skipped_child_says_why)
{
    const WorkerId w = worker();
    const Submitted submitted =
        submit(new_run(2, {{0, 1, LinkCondition::on_failure, Unmet::skip}}));

    ASSERT_TRUE(succeed(claim_one(w), w));

    EXPECT_EQ(
        task(submitted.tasks[1]).done->error,
        "Parent task " +
            format_uid(db.store().uid(UidKind::task, submitted.created_at, submitted.tasks[0].value)
            ) +
            " succeeded, which the link does not accept"
    );
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
}

TEST_P(StoreContract, a_child_of_a_workflow_names_the_dependency_that_failed)
{
    const WorkerId w = worker();
    const GraphLink unless_failed{0, 2, LinkCondition::not_failed, Unmet::skip};
    Submit request = new_run(
        {new_task("extract"), new_task("load"), new_task("report")},
        {unless_failed, {1, 2, LinkCondition::not_failed, Unmet::skip}}
    );
    const Submitted first = submit(request);
    const std::vector<Leased> claimed = claim(w);
    ASSERT_TRUE(succeed(claimed[0], w));
    ASSERT_TRUE(fail(claimed[1], w));
    EXPECT_EQ(state(first.tasks[2]), TaskState::skipped);
    EXPECT_EQ(task(first.tasks[2]).done->error, "dependency 'load' failed");

    const Submitted second = submit(request);
    ASSERT_TRUE(db(Cancel{target(second.run, {second.tasks[0]})}));
    EXPECT_EQ(task(second.tasks[2]).done->error, "dependency 'extract' was cancelled");
}

TEST_P(StoreContract, another_run_names_the_parent_that_failed_by_its_id)
{
    const WorkerId w = worker();
    Submit request = new_run(2, {{0, 1}});
    request.run.kind = RunKind::job;
    const Submitted submitted = submit(std::move(request));
    ASSERT_TRUE(fail(claim_one(w), w));
    EXPECT_EQ(
        task(submitted.tasks[1]).done->error,
        "Required parent task " +
            format_uid(db.store().uid(UidKind::task, submitted.created_at, submitted.tasks[0].value)
            ) +
            " failed"
    );
}

TEST_P(StoreContract, a_failure_cascades_down_a_deep_chain_in_one_transaction)
{
    constexpr std::uint32_t depth = 300;
    std::vector<GraphLink> links;
    for (std::uint32_t i = 1; i < depth; ++i)
        links.push_back({i - 1, i});
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(depth, links));

    ASSERT_TRUE(fail(claim_one(w), w));

    EXPECT_EQ(run_state_of(submitted.run), RunState::failed);
    EXPECT_EQ(run(submitted.run).row.counts, (RunCounts{depth, 0, depth, 0, 0}));
}

TEST_P(StoreContract, a_wide_fan_is_released_in_one_transaction)
{
    std::vector<GraphLink> links;
    for (std::uint32_t i = 1; i <= 500; ++i)
        links.push_back({0, i});
    const WorkerId w = worker();
    submit(new_run(501, links));

    ASSERT_TRUE(succeed(claim_one(w), w));

    EXPECT_EQ(drain(w), 500u);
}

TEST_P(StoreContract, a_paused_child_stays_paused_when_its_parents_are_done)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(2, {{0, 1}}));
    const TaskId child = submitted.tasks[1];
    ASSERT_TRUE(db(Pause{target(submitted.run, {child})}));

    ASSERT_TRUE(succeed(claim_one(w), w));
    EXPECT_EQ(state(child), TaskState::paused);
    EXPECT_TRUE(claim(w).empty());

    ASSERT_TRUE(db(Resume{target(submitted.run, {child})}));
    EXPECT_EQ(state(child), TaskState::pending);
    EXPECT_EQ(drain(w), 1u);
}

TEST_P(StoreContract, a_paused_child_ends_when_its_condition_cannot_hold_any_more)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(2, {{0, 1}}));
    ASSERT_TRUE(db(Pause{target(submitted.run, {submitted.tasks[1]})}));

    ASSERT_TRUE(fail(claim_one(w), w));

    EXPECT_EQ(state(submitted.tasks[1]), TaskState::failed);
    EXPECT_EQ(run_state_of(submitted.run), RunState::failed);
}

TEST_P(StoreContract, a_failed_attempt_with_tries_left_tells_its_children_nothing)
{
    const WorkerId w = worker();
    NewTask parent = new_task();
    parent.retry.tries_max = 2;
    const Submitted submitted = submit(new_run({parent, new_task()}, {{0, 1}}));

    ASSERT_TRUE(fail(claim_one(w), w));
    EXPECT_EQ(state(submitted.tasks[1]), TaskState::waiting);
    EXPECT_EQ(drain(w), 2u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
}

// One parent each, so that no order of events can matter: what the model says is what comes out.
TEST_P(StoreContract, random_trees_end_as_the_model_says)
{
    const WorkerId w = worker();
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        SeededRandom random(seed);
        const std::size_t count = 2 + random.next() % 20;
        std::vector<GraphLink> links;
        std::vector<TaskState> wish;
        for (std::uint32_t i = 0; i < count; ++i) {
            wish.push_back(random.next() % 3 == 0 ? TaskState::failed : TaskState::succeeded);
            if (i > 0 && random.next() % 4 != 0)
                links.push_back(
                    {static_cast<std::uint32_t>(random.next() % i), i,
                     all_conditions[random.next() % 4],
                     random.next() % 2 == 0 ? Unmet::fail : Unmet::skip}
                );
        }
        const Submitted submitted = submit(new_run(count, links));
        for (;;) {
            const std::vector<Leased> claimed = claim(w, 1 + random.next() % 3);
            if (claimed.empty())
                break;
            for (const Leased& task : claimed) {
                const auto index =
                    static_cast<std::size_t>(task.task.value - submitted.tasks[0].value);
                ASSERT_TRUE(wish[index] == TaskState::failed ? fail(task, w) : succeed(task, w));
            }
        }
        EXPECT_EQ(states(submitted.tasks), expected_ends(links, wish)) << "seed " << seed;
        EXPECT_TRUE(is_final(run_state_of(submitted.run))) << "seed " << seed;
    }
}

} // namespace sluice::links_test
