// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/tables_testing.h"

namespace sluice::sqlite::tables_links_test {
namespace {

using namespace testing;

TEST_F(TablesTest, links_are_followed_both_ways_within_the_run)
{
    const LinkRow rows[] = {
        {.parent = {1}, .child = {3}, .condition = LinkCondition::always, .unmet = Unmet::skip},
        {.parent = {2}, .child = {3}},
        {.parent = {2}, .child = {4}}};
    tables().insert_links(rows);
    const TaskId parents[] = {{1}, {2}};
    const TaskId child{3};
    RunRow run = run_of(1);

    EXPECT_EQ(tables().links_from(parents).size(), 3u);
    const std::vector<LinkRow> to = tables().links_to(run, {&child, 1});
    ASSERT_EQ(to.size(), 2u);
    EXPECT_EQ(to[0].condition, LinkCondition::always);
    EXPECT_EQ(to[0].unmet, Unmet::skip);
    run.task_first = {2};
    EXPECT_EQ(tables().links_to(run, {&child, 1}).size(), 1u);
}

TEST_F(TablesTest, needs_are_subtracted_and_taken)
{
    const NeedRow rows[] = {need_of(1, 3), need_of(2, 1)};
    const Place held = place_of(2);
    tables().insert_needs(rows);
    tables().insert_held({&held, 1});
    const Tables::NeedChange changes[] = {
        {.task = {1}, .finished = 2}, {.task = {2}, .finished = 1}, {.task = {3}, .finished = 1}};

    const std::vector<NeedRow> left = tables().subtract_needs(changes);
    ASSERT_EQ(left.size(), 2u);
    EXPECT_EQ(left[0].unfinished, 1);
    EXPECT_EQ(left[0].nprio, -5);
    EXPECT_EQ(left[0].attempt, 4);
    EXPECT_EQ(left[0].run_at, at(9));
    EXPECT_FALSE(left[0].paused);
    EXPECT_EQ(left[1].unfinished, 0);
    EXPECT_TRUE(left[1].paused);

    const TaskId ids[] = {{2}, {3}};
    tables().delete_needs(ids);
    EXPECT_TRUE(tables().needs({.run = nullptr, .tasks = ids}).empty());
}

TEST_F(TablesTest, a_need_never_falls_below_zero)
{
    const NeedRow row = need_of(1, 1);
    tables().insert_needs({&row, 1});
    const Tables::NeedChange change{.task = {1}, .finished = 2};
    EXPECT_THROW(tables().subtract_needs({&change, 1}), StoreFailure);
}

} // namespace
} // namespace sluice::sqlite::tables_links_test
