// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/tables_testing.h"

namespace sluice::sqlite::tables_finish_test {
namespace {

using namespace testing;

TEST_F(TablesTest, a_lease_is_taken_by_its_holder_only)
{
    LeaseRow lease = lease_of(5);
    lease.started_at = at(2);
    lease.expires_at = at(3);
    tables().insert_leases({&lease, 1});
    const Tables::LeaseKey wrong[] = {
        {.task = {5}, .attempt = 1, .worker = {7}},
        {.task = {5}, .attempt = 2, .worker = {8}},
        {.task = {6}, .worker = {}}};
    EXPECT_TRUE(tables().take_leases(wrong).empty());
    EXPECT_TRUE(tables().leases_held(wrong).empty());
    const Tables::LeaseKey right{.task = {5}, .attempt = 2, .worker = {7}};
    EXPECT_EQ(tables().leases_held({&right, 1}).size(), 1u);

    const std::vector<LeaseRow> taken = tables().take_leases({&right, 1});

    ASSERT_EQ(taken.size(), 1u);
    EXPECT_EQ(taken[0].place, lease.place);
    EXPECT_EQ(taken[0].worker, WorkerId{7});
    EXPECT_EQ(taken[0].started_at, at(2));
    EXPECT_EQ(taken[0].expires_at, at(3));
    EXPECT_EQ(taken[0].paused_left, std::nullopt);
    EXPECT_TRUE(tables().take_leases({&right, 1}).empty());
}

TEST_F(TablesTest, a_fence_may_leave_attempt_and_worker_open)
{
    const LeaseRow lease = lease_of(5);
    tables().insert_leases({&lease, 1});
    const Tables::LeaseKey key{.task = {5}, .worker = {}};
    EXPECT_EQ(tables().take_leases({&key, 1}).size(), 1u);
}

TEST_F(TablesTest, a_lease_can_start_pause_and_change_its_owner)
{
    LeaseRow lease = lease_of(5);
    tables().insert_leases({&lease, 1});
    lease.owner = LeaseOwner::target;
    lease.started_at = at(4);
    lease.paused_left = Micros(0);
    tables().update_leases({&lease, 1});

    const RunRow run = run_of(1);
    const std::vector<LeaseRow> rows = tables().leases({.run = &run, .tasks = {}});
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].owner, LeaseOwner::target);
    EXPECT_EQ(rows[0].started_at, at(4));
    EXPECT_EQ(rows[0].paused_left, Micros(0));
}

TEST_F(TablesTest, an_end_is_read_and_taken_back)
{
    const DoneRow done = done_of(5);
    tables().insert_done({&done, 1});
    const TaskId ids[] = {{5}, {6}};
    const std::vector<DoneRow> read = tables().done(ids);
    const std::vector<DoneRow> taken = tables().take_done(ids);

    ASSERT_EQ(read.size(), 1u);
    ASSERT_EQ(taken.size(), 1u);
    EXPECT_EQ(taken[0].outcome, TaskState::failed);
    EXPECT_EQ(taken[0].attempt, 3);
    EXPECT_EQ(taken[0].tries, 2);
    EXPECT_EQ(taken[0].claimed_at, at(1));
    EXPECT_EQ(taken[0].started_at, at(2));
    EXPECT_EQ(taken[0].finished_at, at(3));
    EXPECT_EQ(taken[0].result, done.result);
    EXPECT_EQ(taken[0].error, done.error);
    EXPECT_TRUE(tables().done(ids).empty());
}

} // namespace
} // namespace sluice::sqlite::tables_finish_test
