// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/tables_testing.h"

namespace sluice::sqlite::tables_standing_test {
namespace {

using namespace testing;

TEST_F(TablesTest, selections_take_a_whole_run_or_some_tasks_up_to_a_limit)
{
    RunRow run = run_of(1);
    std::vector<Place> places;
    for (const std::int64_t id : {1, 2, 3, 4}) {
        insert_task(id);
        places.push_back(place_of(id));
        places.back().run_at = at(id);
    }
    const TaskId some[] = {{2}, {3}, {9}};
    tables().insert_timers(places);
    tables().insert_held(places);
    tables().insert_ready(places);

    EXPECT_EQ(task_ids(tables().held({.run = &run, .tasks = some})), (Ids{2, 3}));
    EXPECT_EQ(task_ids(tables().held({.run = &run, .tasks = {}})), (Ids{1, 2, 3, 4}));
    for (int kind = 0; kind < 3; ++kind) {
        const auto take = [&](const Tables::Selection& of) {
            return kind == 0   ? tables().take_timers(of)
                   : kind == 1 ? tables().take_held(of)
                               : tables().take_ready(of);
        };
        EXPECT_EQ(task_ids(take({.run = &run, .tasks = some})), (Ids{2, 3}));
        EXPECT_EQ(take({.run = &run, .tasks = {}, .limit = 1}).size(), 1u);
        const std::vector<Place> last = take({.run = &run, .tasks = {}});
        ASSERT_EQ(last.size(), 1u);
        EXPECT_EQ(last[0].attempt, 2);
        EXPECT_EQ(last[0].run_at.has_value(), kind != 2);
        EXPECT_TRUE(take({.run = &run, .tasks = {}}).empty());
    }
}

TEST_F(TablesTest, needs_and_leases_are_selected_too)
{
    RunRow run = run_of(1);
    const NeedRow needs[] = {need_of(1, 1), need_of(2, 1), need_of(3, 1)};
    const LeaseRow leases[] = {lease_of(4), lease_of(5)};
    tables().insert_needs(needs);
    tables().insert_leases(leases);
    const TaskId some[] = {{2}, {5}};

    EXPECT_EQ(task_ids(tables().needs({.run = &run, .tasks = some})), (Ids{2}));
    EXPECT_EQ(tables().needs({.run = &run, .tasks = {}, .limit = 2}).size(), 2u);
    EXPECT_EQ(task_ids(tables().leases({.run = &run, .tasks = some})), (Ids{5}));
    EXPECT_EQ(tables().leases({.run = &run, .tasks = {}}).size(), 2u);
    EXPECT_EQ(task_ids(tables().take_needs({.run = &run, .tasks = some})), (Ids{2}));
    EXPECT_EQ(task_ids(tables().take_needs({.run = &run, .tasks = {}})), (Ids{1, 3}));
}

TEST_F(TablesTest, a_staged_run_is_taken_from_its_own_queues)
{
    RunRow run = run_of(1);
    run.staged = true;
    tables().insert_queue({.id = {8}, .name = "s", .run = {1}});
    const Place places[] = {place_of(1, {8}), place_of(2, {8}), place_of(3, {1})};
    tables().insert_ready(places);

    EXPECT_EQ(tables().take_ready({.run = &run, .tasks = {}, .limit = 1}).size(), 1u);
    EXPECT_EQ(task_ids(tables().take_ready({.run = &run, .tasks = {}})), (Ids{2}));
}

} // namespace
} // namespace sluice::sqlite::tables_standing_test
