// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/tables_testing.h"

namespace sluice::sqlite::tables_duties_test {
namespace {

using namespace testing;

TEST_F(TablesTest, timers_are_taken_when_due_earliest_first)
{
    std::vector<Place> places = {place_of(1), place_of(2), place_of(3)};
    places[0].run_at = at(3);
    places[1].run_at = at(1);
    places[2].run_at = at(9);
    tables().insert_timers(places);

    EXPECT_EQ(task_ids(tables().take_due_timers(at(5), 1)), (Ids{2}));
    const std::vector<Place> next = tables().take_due_timers(at(5), 10);
    ASSERT_EQ(next.size(), 1u);
    EXPECT_EQ(next[0], places[0]);
}

TEST_F(TablesTest, leases_and_runs_end_by_the_clock)
{
    LeaseRow leases[] = {lease_of(1), lease_of(2)};
    leases[0].expires_at = at(5);
    tables().insert_leases(leases);
    RunRow runs[] = {run_of(1), run_of(2), run_of(3)};
    runs[0].expires_at = at(5);
    runs[1].state = RunState::loading;
    runs[1].expires_at = at(5);
    runs[2].sweep = true;
    runs[2].state = RunState::canceled;
    runs[2].counts.canceled = 4;
    runs[2].finished_at = at(1);
    tables().insert_runs(runs);

    EXPECT_TRUE(tables().expired_leases(at(4), 10).empty());
    EXPECT_EQ(task_ids(tables().expired_leases(at(5), 10)), (Ids{1}));
    EXPECT_EQ(tables().expired_runs(at(5), 10), (std::vector<RunId>{{1}}));
    EXPECT_EQ(tables().abandoned_loads(at(6)), (std::vector<RunId>{{2}}));
    EXPECT_EQ(tables().sweepable_runs(10), (std::vector<RunId>{{3}}));

    tables().shift_leases(std::chrono::seconds(10));
    EXPECT_TRUE(tables().expired_leases(at(14), 10).empty());
    EXPECT_EQ(tables().expired_leases(at(15), 10).size(), 1u);
    EXPECT_TRUE(tables().expired_runs(at(14), 10).empty());
}

TEST_F(TablesTest, deleting_tasks_removes_all_that_hangs_on_them)
{
    const RunRow run = run_of(1);
    for (const std::int64_t id : {1, 2, 3})
        insert_task(id);
    Place timer = place_of(1);
    timer.run_at = at(1);
    const Place ready = place_of(2);
    const Place held = place_of(3);
    const NeedRow need = need_of(3, 1);
    const LeaseRow lease = lease_of(1);
    const DoneRow done = done_of(1);
    const LinkRow link{.parent = {1}, .child = {2}};
    const AttemptRow attempt{
        .task = {1},
        .attempt = 1,
        .worker = {7},
        .claimed_at = at(0),
        .started_at = {},
        .finished_at = at(1),
        .error = "e"};
    tables().insert_timers({&timer, 1});
    tables().insert_ready({&ready, 1});
    tables().insert_held({&held, 1});
    tables().insert_needs({&need, 1});
    tables().insert_leases({&lease, 1});
    tables().insert_done({&done, 1});
    tables().insert_links({&link, 1});
    tables().insert_attempts({&attempt, 1});

    const std::vector<Tables::TaskOfRun> tasks = tables().first_tasks({&run, 1}, 2);
    ASSERT_EQ(tasks.size(), 2u);
    EXPECT_EQ(tasks[1].run, run.id);
    const std::vector<TaskId> ids{tasks[0].task, tasks[1].task};
    tables().delete_tasks(ids);
    for (const Tables::TaskOfRun& left : tables().first_tasks({&run, 1}, 100))
        tables().delete_tasks({&left.task, 1});

    EXPECT_TRUE(tables().queue_heads().empty());
    EXPECT_TRUE(tables().take_due_timers(at(99), 9).empty());
    EXPECT_TRUE(tables().held({.run = &run, .tasks = {}}).empty());
    EXPECT_TRUE(tables().needs({.run = &run, .tasks = {}}).empty());
    EXPECT_TRUE(tables().leases({.run = &run, .tasks = {}}).empty());
    const TaskId first{1};
    EXPECT_TRUE(tables().done({&first, 1}).empty());
    EXPECT_TRUE(tables().links_from({&first, 1}).empty());
    EXPECT_TRUE(session_->reads().attempts(first).empty());
}

} // namespace
} // namespace sluice::sqlite::tables_duties_test
