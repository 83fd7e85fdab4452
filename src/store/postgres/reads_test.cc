// SPDX-License-Identifier: Apache-2.0
// What readers see of runs and tasks.
#include "model/standing.h"
#include "store/postgres/testing.h"
#include "support/migrated_postgres.h"

namespace sluice::postgres::reads_test {

namespace {

using Ids = std::vector<std::int64_t>;
using States = std::vector<TaskState>;

class PostgresReadsTest : public ::testing::Test {
protected:
    // Tasks 1..8 of run 1 stand in every place that there is.
    PostgresReadsTest()
    {
        RunRow run = run_row(1, 1, 8);
        run.counts = {.total = 8, .succeeded = 1};
        RunDetail detail;
        detail.run = run.id;
        detail.name = "50%_done";
        detail.spec = "{}";
        detail.origin = RunId{9};
        std::vector<TaskRow> tasks;
        for (std::int64_t id = 1; id <= 8; ++id)
            tasks.push_back(task_row(id));
        LeaseRow running = lease_row(3), paused = lease_row(4);
        running.started_at = test_now;
        paused.paused_left = Micros{0};
        NeedRow need;
        need.task = TaskId{7};
        need.run = run.id;
        need.queue = QueueId{1};
        need.unfinished = 2;
        Place held = place(6), timer = place(1);
        timer.run_at = held.run_at = test_now;
        DoneRow done;
        done.task = TaskId{8};
        done.run = run.id;
        done.worker = WorkerId{1};
        done.finished_at = test_now;
        done.result = "r";
        write(session, [&](Tables& tables) {
            tables.insert_runs(one(run));
            tables.insert_run_details(one(detail));
            tables.insert_worker({WorkerId{1}, "w", "host", "", false, test_now, test_now});
            tables.insert_tasks(tasks);
            tables.insert_timers(one(timer));
            tables.insert_leases(std::vector{lease_row(2), running, paused});
            tables.insert_ready(one(place(5)));
            tables.insert_held(one(held));
            tables.insert_needs(one(need));
            tables.insert_done(one(done));
        });
    }

    Ids ids(const States& states, std::int64_t after = 0, std::size_t limit = 100)
    {
        Reads::TaskFilter filter;
        filter.run = RunId{1};
        filter.states = states;
        filter.after = TaskId{after};
        filter.limit = limit;
        Ids found;
        for (const Reads::Task& task : session.reads().tasks(filter))
            found.push_back(task.row.id.value);
        return found;
    }

    const testing::MigratedDatabase database;
    PostgresSession session{database.settings(), nullptr, nullptr};
};

TEST_F(PostgresReadsTest, a_task_is_shown_where_its_rows_stand)
{
    EXPECT_EQ(ids({TaskState::pending}), (Ids{1, 5}));
    EXPECT_EQ(ids({TaskState::claimed}), (Ids{2}));
    EXPECT_EQ(ids({TaskState::running}), (Ids{3}));
    EXPECT_EQ(ids({TaskState::paused}), (Ids{4, 6}));
    EXPECT_EQ(ids({TaskState::waiting}), (Ids{7}));
    EXPECT_EQ(ids({TaskState::succeeded}), (Ids{8}));
    EXPECT_EQ(ids({TaskState::canceled}), Ids{});
    EXPECT_EQ(ids({TaskState::running, TaskState::succeeded}), (Ids{3, 8}));
}

TEST_F(PostgresReadsTest, pages_go_on_after_a_task)
{
    EXPECT_EQ(ids({}, 0, 3), (Ids{1, 2, 3}));
    EXPECT_EQ(ids({}, 3, 100), (Ids{4, 5, 6, 7, 8}));
    EXPECT_EQ(ids({TaskState::paused}, 4, 1), (Ids{6}));
    EXPECT_EQ(ids({TaskState::failed, TaskState::succeeded}, 8), Ids{});
}

TEST_F(PostgresReadsTest, the_view_and_the_model_agree_on_the_state)
{
    for (const bool is_final : {false, true}) {
        if (is_final)
            database.ask(
                "UPDATE run SET state = 4, finished_at = created_at, canceled = 7, sweep = true"
            );
        for (std::int64_t id = 1; id <= 8; ++id) {
            const std::optional<Reads::Task> task = session.reads().task(TaskId{id});
            ASSERT_TRUE(task) << id;
            Standing standing;
            standing.run_is_final = is_final;
            if (task->done)
                standing.outcome = task->done->outcome;
            standing.has_lease = task->lease.has_value();
            standing.has_started = task->lease && task->lease->started_at;
            standing.has_paused_lease = task->lease && task->lease->paused_left;
            standing.is_held = id == 6;
            standing.has_unfinished_parents = task->need.has_value();
            EXPECT_EQ(task->state, standing_state(standing)) << id;
        }
    }
    EXPECT_EQ(ids({TaskState::canceled}), (Ids{1, 2, 3, 4, 5, 6, 7})) << "live rows of a final run";
}

TEST_F(PostgresReadsTest, a_task_comes_with_its_rows_and_its_worker)
{
    const Reads::Task timer = session.reads().task(TaskId{1}).value();
    const Reads::Task lease = session.reads().task(TaskId{3}).value();
    const Reads::Task need = session.reads().task(TaskId{7}).value();
    const Reads::Task done = session.reads().task(TaskId{8}).value();

    EXPECT_EQ(timer.place->run_at, test_now);
    EXPECT_TRUE(!timer.need && !timer.lease && !timer.done);
    EXPECT_EQ(lease.lease->place.attempt, 1);
    EXPECT_EQ(lease.worker_host, "host");
    EXPECT_EQ(need.need->unfinished, 2);
    EXPECT_EQ(done.done->result, "r");
    EXPECT_EQ(done.worker_name, "w");
    EXPECT_FALSE(session.reads().task(TaskId{9}));
}

TEST_F(PostgresReadsTest, a_run_counts_its_leased_and_paused_tasks)
{
    const Reads::Run run = session.reads().run(RunId{1}).value();

    EXPECT_EQ(run.leased, 2);
    EXPECT_EQ(run.held, 2);
    EXPECT_EQ(run.detail.name, "50%_done");
    EXPECT_EQ(run.detail.origin, RunId{9});
    EXPECT_EQ(run.row.counts.succeeded, 1);
}

TEST_F(PostgresReadsTest, runs_are_found_by_a_literal_piece_of_their_name)
{
    const auto found = [&](const std::string& piece, std::optional<RunState> state = {}) {
        Reads::RunFilter filter;
        filter.name_part = piece;
        filter.state = state;
        return session.reads().runs(filter).size();
    };
    write(session, [](Tables& tables) { tables.insert_runs(one(run_row(2, 20, 20))); });

    EXPECT_EQ(found(""), 2u);
    EXPECT_EQ(found("%_d"), 1u);
    EXPECT_EQ(found("5_%"), 0u);
    EXPECT_EQ(found("", RunState::active), 2u);
    EXPECT_EQ(found("", RunState::failed), 0u);
    EXPECT_EQ(session.reads().run_named("50%_done"), RunId{1});
}

TEST_F(PostgresReadsTest, a_loading_run_is_invisible)
{
    database.ask("UPDATE run SET state = 0, loading = true");

    EXPECT_FALSE(session.reads().run(RunId{1}));
    EXPECT_FALSE(session.reads().run_named("50%_done"));
    EXPECT_FALSE(session.reads().task(TaskId{1}));
    EXPECT_EQ(ids({}), Ids{});
}

} // namespace

} // namespace sluice::postgres::reads_test
