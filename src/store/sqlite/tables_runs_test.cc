// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/tables_testing.h"

namespace sluice::sqlite::tables_runs_test {
namespace {

using namespace testing;

TEST_F(TablesTest, a_run_keeps_all_it_was_given)
{
    RunRow run = run_of(1);
    run.linked = true;
    run.staged = true;
    run.expires_at = at(60);
    tables().insert_runs({&run, 1});
    run.state = RunState::failed;
    run.ending = RunEnding::timed_out;
    run.sweep = true;
    run.counts = {.total = 4, .succeeded = 1, .failed = 1, .canceled = 1, .skipped = 1};
    run.task_last = {200};
    run.finished_at = at(5);
    tables().update_runs({&run, 1});

    const RunId ids[] = {{1}, {2}};
    const std::vector<RunRow> rows = tables().lock_runs(ids, Tables::Wait::wait);

    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].kind, RunKind::job);
    EXPECT_EQ(rows[0].state, RunState::failed);
    EXPECT_EQ(rows[0].ending, RunEnding::timed_out);
    EXPECT_TRUE(rows[0].linked && rows[0].staged && rows[0].sweep);
    EXPECT_EQ(rows[0].counts, run.counts);
    EXPECT_EQ(rows[0].task_first, TaskId{1});
    EXPECT_EQ(rows[0].task_last, TaskId{200});
    EXPECT_EQ(rows[0].created_at, at(0));
    EXPECT_EQ(rows[0].finished_at, at(5));
    EXPECT_EQ(rows[0].expires_at, at(60));
}

TEST_F(TablesTest, deleting_a_run_frees_its_name_and_its_request)
{
    const RunRow run = run_of(1);
    const RunDetail detail{
        .run = {1}, .name = "n", .spec = "", .actor = "", .origin = {}, .error = ""};
    EventRow event;
    event.run = {1};
    event.kind = "canceled";
    tables().insert_runs({&run, 1});
    tables().insert_run_details({&detail, 1});
    tables().set_run_error({1}, "boom");
    tables().insert_events({&event, 1});
    tables().insert_request({.key = "k", .body_hash = "h", .run = {1}, .created_at = at(1)});
    EXPECT_EQ(session_->reads().run({1})->detail.error, "boom");
    EXPECT_EQ(tables().run_error({1}), "boom");

    tables().delete_run(run);

    EXPECT_FALSE(tables().find_run_named("n"));
    EXPECT_FALSE(tables().find_request("k"));
    EXPECT_EQ(session_->reads().events({1}, {}).size(), 1u) << "what users did stays";
    EXPECT_FALSE(session_->reads().run({1}));
}

} // namespace
} // namespace sluice::sqlite::tables_runs_test
