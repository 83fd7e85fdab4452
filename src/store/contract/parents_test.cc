// SPDX-License-Identifier: Apache-2.0
// What a claim tells of the parents of a task of a workflow.
#include "store/contract/contract.h"

namespace sluice::parents_test {

class ParentsOfClaimed : public StoreContract {
protected:
    static GraphLink after(std::uint32_t parent, std::uint32_t child)
    {
        return {parent, child, LinkCondition::always, Unmet::skip};
    }

    Claim telling(std::size_t limit = 100, const std::vector<std::string>& queues = {"q"})
    {
        Claim request = claim_of(w, limit, queues);
        request.parents = Claim::Parents::told;
        return request;
    }
    std::vector<Leased> claim_told() { return db(telling()).value(); }

    const WorkerId w = worker();
};

TEST_P(ParentsOfClaimed, are_told_in_the_order_in_which_they_were_declared)
{
    Submit request = new_run(4, {after(0, 3), after(1, 3), after(2, 3)});
    request.tasks[3].parents = {{2, 0}, {1}};
    const std::vector<TaskId> ids = submit(std::move(request)).tasks;
    const std::vector<Leased> first = claim_told();
    ASSERT_EQ(first.size(), 3u);
    for (const Leased& task : first) {
        EXPECT_TRUE(task.parents.empty());
        ASSERT_TRUE(task.task == ids[1] ? fail(task, w) : succeed(task, w));
    }
    const std::vector<Leased> second = claim_told();
    ASSERT_EQ(second.size(), 1u);
    const ParentEnds expected{
        {{ids[2], TaskState::succeeded, 1}, {ids[0], TaskState::succeeded, 1}},
        {{ids[1], TaskState::failed, 1}}};
    EXPECT_EQ(second[0].parents, expected);
}

TEST_P(ParentsOfClaimed, that_only_the_rule_names_are_told)
{
    Submit request = new_run(2, {after(0, 1)});
    request.tasks[1].parents.named = {0};
    const std::vector<TaskId> ids = submit(std::move(request)).tasks;
    ASSERT_TRUE(succeed(claim_one(w), w));
    const ParentEnds expected{{}, {{ids[0], TaskState::succeeded, 1}}};
    EXPECT_EQ(claim_told().at(0).parents, expected);
}

TEST_P(ParentsOfClaimed, are_told_with_the_attempt_that_has_ended_them)
{
    Submit request = new_run(2, {after(0, 1)});
    request.tasks[0].retry.tries_max = 3;
    request.tasks[1].parents.dependencies = {0};
    const std::vector<TaskId> ids = submit(std::move(request)).tasks;
    ASSERT_TRUE(fail(claim_one(w), w));
    ASSERT_TRUE(succeed(claim_one(w), w));
    const ParentEnds expected{{{ids[0], TaskState::succeeded, 2}}, {}};
    EXPECT_EQ(claim_told().at(0).parents, expected);
}

TEST_P(ParentsOfClaimed, that_were_skipped_are_told_as_such)
{
    const GraphLink unless_failed{0, 1, LinkCondition::not_failed, Unmet::skip};
    Submit request = new_run(3, {unless_failed, after(1, 2)});
    request.tasks[2].parents.dependencies = {1};
    const std::vector<TaskId> ids = submit(std::move(request)).tasks;
    ASSERT_TRUE(fail(claim_one(w), w));
    const std::vector<Leased> last = claim_told();
    ASSERT_EQ(last.size(), 1u);
    const ParentEnds expected{{{ids[1], TaskState::skipped, 0}}, {}};
    EXPECT_EQ(last[0].parents, expected);
}

TEST_P(ParentsOfClaimed, are_told_by_the_claim_of_the_same_group)
{
    Submit request = new_run(2, {after(0, 1)});
    request.tasks[1].parents.dependencies = {0};
    const std::vector<TaskId> ids = submit(std::move(request)).tasks;
    const Leased first = claim_one(w);
    const auto [ended, claimed] = db.together(success_of(first, w), telling());
    ASSERT_TRUE(ended && claimed);
    ASSERT_EQ(claimed->size(), 1u);
    const ParentEnds expected{{{ids[0], TaskState::succeeded, 1}}, {}};
    EXPECT_EQ(claimed->at(0).parents, expected);
}

TEST_P(ParentsOfClaimed, are_told_by_a_claim_from_many_queues)
{
    Submit request = new_run(4, {after(0, 2), after(0, 3), after(1, 3)});
    request.run.queues = {"p", "q"};
    request.tasks[2].parents.dependencies = {0};
    request.tasks[3].parents.dependencies = {1, 0};
    request.tasks[3].queue = 1;
    const std::vector<TaskId> ids = submit(std::move(request)).tasks;
    for (const Leased& task : db(telling(2, {"p", "q"})).value())
        ASSERT_TRUE(succeed(task, w));
    std::vector<Leased> claimed = db(telling(10, {"p", "q"})).value();
    ASSERT_EQ(claimed.size(), 2u);
    std::ranges::sort(claimed, {}, &Leased::task);
    const ParentEnd left{ids[0], TaskState::succeeded, 1};
    const ParentEnd right{ids[1], TaskState::succeeded, 1};
    EXPECT_EQ(claimed[0].parents, (ParentEnds{{left}, {}}));
    EXPECT_EQ(claimed[1].parents, (ParentEnds{{right, left}, {}}));
}

TEST_P(ParentsOfClaimed, are_told_to_those_who_ask)
{
    Submit request = new_run(3, {after(0, 1), after(0, 2)});
    request.tasks[1].parents.dependencies = {0};
    request.tasks[2].parents.dependencies = {0};
    submit(std::move(request));
    ASSERT_TRUE(succeed(claim_one(w), w));
    EXPECT_TRUE(claim_one(w).parents.empty());
    EXPECT_FALSE(claim_told().at(0).parents.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, ParentsOfClaimed, ::testing::ValuesIn(all_dialects), dialect_name
);

} // namespace sluice::parents_test
