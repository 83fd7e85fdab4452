// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/tables_testing.h"

namespace sluice::sqlite::tables_workers_test {
namespace {

using namespace testing;

TEST_F(TablesTest, leases_of_dead_and_unknown_workers_are_abandoned)
{
    const WorkerRow live{
        .id = {1},
        .name = "live",
        .host = "h",
        .process = "",
        .registered_at = at(0),
        .until = at(10)};
    const WorkerRow dead{
        .id = {2},
        .name = "dead",
        .host = "h",
        .process = "",
        .registered_at = at(0),
        .until = at(10)};
    tables().insert_worker(live);
    tables().insert_worker(dead);
    const Tables::Extension shortened{.worker = {2}, .until = at(1)};
    tables().set_workers_until({&shortened, 1});
    LeaseRow leases[] = {lease_of(1, 1), lease_of(2, 2), lease_of(3, 99), lease_of(4, 2)};
    leases[3].owner = LeaseOwner::target;
    tables().insert_leases(leases);

    EXPECT_EQ(task_ids(tables().abandoned_leases(at(5), 10)), (Ids{2, 3}));
    tables().forget_workers(at(5));
    EXPECT_EQ(tables().workers().size(), 2u);
    const Tables::LeaseKey keys[] = {{.task = {2}, .worker = {}}, {.task = {4}, .worker = {}}};
    tables().take_leases(keys);
    tables().forget_workers(at(5));
    ASSERT_EQ(tables().workers().size(), 1u);
    EXPECT_EQ(tables().workers()[0].name, "live");
    tables().delete_worker({1});
    EXPECT_TRUE(tables().workers().empty());
}

TEST_F(TablesTest, the_jumps_of_the_clock_are_zero_at_first)
{
    EXPECT_EQ(tables().lock_clock(), Micros(0));
    tables().update_clock(Micros(-6));
    EXPECT_EQ(tables().lock_clock(), Micros(-6));
}

} // namespace
} // namespace sluice::sqlite::tables_workers_test
