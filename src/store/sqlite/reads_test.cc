// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/testing.h"

namespace sluice::sqlite::reads_test {
namespace {

constexpr Time at(std::int64_t second)
{
    return from_micros(1'700'000'000'000'000 + second * 1'000'000);
}

// A run with one task in each place where a task can stand; ids tell which.
enum At : std::int64_t {
    in_need = 1,
    in_need_held,
    in_ready,
    in_timer,
    in_held,
    leased,
    leased_started,
    leased_paused,
    done_succeeded,
    done_failed,
    done_canceled,
    done_skipped,
};

class ReadsTest : public ::testing::Test {
protected:
    ReadsTest() : session_(testing::connected({.path = ":memory:"}))
    {
        session_->begin_write();
        insert_run();
        insert_places();
        insert_ends();
        session_->commit();
    }

    void insert_run()
    {
        run_.id = {1};
        run_.counts = {.total = 12, .succeeded = 1, .failed = 1, .canceled = 1, .skipped = 1};
        run_.task_first = {1};
        run_.task_last = {100};
        run_.created_at = at(0);
        const RunDetail detail{
            .run = {1},
            .name = "words",
            .spec = "{}",
            .actor = "me",
            .origin = RunId{9},
            .error = "e"};
        session_->tables().insert_runs({&run_, 1});
        session_->tables().insert_run_details({&detail, 1});
        std::vector<TaskRow> tasks;
        for (std::int64_t id = in_need; id <= done_skipped; ++id) {
            TaskRow task;
            task.id = {id};
            task.run = {1};
            task.queue = {1};
            tasks.push_back(task);
        }
        session_->tables().insert_tasks(tasks);
        session_->tables().insert_worker(
            {.id = {7},
             .name = "w",
             .host = "h",
             .process = "",
             .registered_at = at(0),
             .until = at(50)}
        );
    }

    static Place place_of(std::int64_t task, std::optional<Time> run_at = {})
    {
        return {.task = {task}, .run = {1}, .queue = {1}, .run_at = run_at};
    }

    void insert_places()
    {
        const auto need_of = [](std::int64_t task) {
            return NeedRow{
                .task = {task}, .run = {1}, .queue = {1}, .unfinished = 1, .run_at = std::nullopt};
        };
        const auto lease_of = [](std::int64_t task, std::optional<Time> started) {
            LeaseRow lease;
            lease.place = place_of(task);
            lease.place.attempt = 1;
            lease.worker = {7};
            lease.claimed_at = at(1);
            lease.started_at = started;
            return lease;
        };
        const NeedRow needs[] = {need_of(in_need), need_of(in_need_held)};
        const Place held[] = {place_of(in_need_held), place_of(in_held)};
        const Place ready = place_of(in_ready);
        const Place timer = place_of(in_timer, at(20));
        LeaseRow leases[] = {
            lease_of(leased, {}), lease_of(leased_started, at(2)), lease_of(leased_paused, at(2))};
        leases[2].paused_left = Micros(5);
        leases[1].expires_at = at(30);
        session_->tables().insert_needs(needs);
        session_->tables().insert_held(held);
        session_->tables().insert_ready({&ready, 1});
        session_->tables().insert_timers({&timer, 1});
        session_->tables().insert_leases(leases);
    }

    void insert_ends()
    {
        std::vector<DoneRow> rows;
        for (std::int64_t id = done_succeeded; id <= done_skipped; ++id) {
            DoneRow done;
            done.task = {id};
            done.run = {1};
            done.outcome = static_cast<TaskState>(
                static_cast<std::int64_t>(TaskState::succeeded) + id - done_succeeded
            );
            done.worker = {7};
            rows.push_back(done);
        }
        session_->tables().insert_done(rows);
    }

    void end_run_with_sweep_owed()
    {
        run_.state = RunState::canceled;
        run_.sweep = true;
        run_.counts.canceled = 9;
        run_.finished_at = at(9);
        session_->begin_write();
        session_->tables().update_runs({&run_, 1});
        session_->commit();
    }

    std::vector<std::int64_t> ids_in(std::vector<TaskState> states, std::size_t limit = 100)
    {
        std::vector<std::int64_t> ids;
        const Reads::TaskFilter filter{
            .run = {1}, .states = std::move(states), .after = {}, .limit = limit};
        for (const Reads::Task& task : session_->reads().tasks(filter))
            ids.push_back(task.row.id.value);
        return ids;
    }

    TaskState state_of(std::int64_t task) { return session_->reads().task({task})->state; }

    std::unique_ptr<Session> session_;
    RunRow run_;
};

using Ids = std::vector<std::int64_t>;

TEST_F(ReadsTest, a_run_shows_its_details_and_what_is_leased_and_held)
{
    const auto run = session_->reads().run({1});
    ASSERT_TRUE(run);
    EXPECT_EQ(run->row.counts, run_.counts);
    EXPECT_EQ(run->detail.run, RunId{1});
    EXPECT_EQ(run->detail.name, "words");
    EXPECT_EQ(run->detail.spec, "{}");
    EXPECT_EQ(run->detail.actor, "me");
    EXPECT_EQ(run->detail.origin, RunId{9});
    EXPECT_EQ(run->detail.error, "e");
    EXPECT_EQ(run->leased, 2);
    EXPECT_EQ(run->held, 3);
    EXPECT_EQ(session_->reads().run_named("words"), RunId{1});
    EXPECT_FALSE(session_->reads().run({2}));
}

TEST_F(ReadsTest, a_task_is_in_the_state_that_its_rows_say)
{
    EXPECT_EQ(state_of(in_need), TaskState::waiting);
    EXPECT_EQ(state_of(in_need_held), TaskState::paused);
    EXPECT_EQ(state_of(in_ready), TaskState::pending);
    EXPECT_EQ(state_of(in_timer), TaskState::pending);
    EXPECT_EQ(state_of(in_held), TaskState::paused);
    EXPECT_EQ(state_of(leased), TaskState::claimed);
    EXPECT_EQ(state_of(leased_started), TaskState::running);
    EXPECT_EQ(state_of(leased_paused), TaskState::paused);
    EXPECT_EQ(state_of(done_succeeded), TaskState::succeeded);
    EXPECT_EQ(state_of(done_failed), TaskState::failed);
    EXPECT_EQ(state_of(done_canceled), TaskState::canceled);
    EXPECT_EQ(state_of(done_skipped), TaskState::skipped);
    EXPECT_FALSE(session_->reads().task({99}));
}

TEST_F(ReadsTest, a_task_brings_its_rows_and_its_worker)
{
    EXPECT_EQ(session_->reads().task({in_timer})->place->run_at, at(20));
    EXPECT_TRUE(session_->reads().task({in_ready})->place);
    EXPECT_TRUE(session_->reads().task({in_need})->need);
    const auto running = session_->reads().task({leased_started});
    ASSERT_TRUE(running->lease);
    EXPECT_EQ(running->worker_name, "w");
    EXPECT_EQ(running->worker_host, "h");
    EXPECT_TRUE(session_->reads().task({done_failed})->done);
    EXPECT_EQ(session_->reads().task({done_failed})->worker_name, "w");
}

TEST_F(ReadsTest, tasks_are_listed_by_state_in_the_order_of_their_ids)
{
    EXPECT_EQ(ids_in({TaskState::waiting}), (Ids{in_need}));
    EXPECT_EQ(ids_in({TaskState::pending}), (Ids{in_ready, in_timer}));
    EXPECT_EQ(ids_in({TaskState::claimed}), (Ids{leased}));
    EXPECT_EQ(ids_in({TaskState::running}), (Ids{leased_started}));
    EXPECT_EQ(ids_in({TaskState::paused}), (Ids{in_need_held, in_held, leased_paused}));
    EXPECT_EQ(ids_in({TaskState::failed, TaskState::waiting}), (Ids{in_need, done_failed}));
    EXPECT_EQ(ids_in({TaskState::canceled}), (Ids{done_canceled}));
    EXPECT_EQ(ids_in({}).size(), 12u);
}

TEST_F(ReadsTest, every_listed_task_is_in_a_state_that_was_asked_for)
{
    for (const bool is_swept : {false, true}) {
        if (is_swept)
            end_run_with_sweep_owed();
        std::size_t listed = 0;
        for (const TaskState state : all_task_states)
            for (const std::int64_t id : ids_in({state})) {
                EXPECT_EQ(state_of(id), state) << id;
                ++listed;
            }
        EXPECT_EQ(listed, 12u);
    }
}

TEST_F(ReadsTest, what_lives_in_a_final_run_is_canceled)
{
    end_run_with_sweep_owed();
    EXPECT_EQ(
        ids_in({TaskState::canceled}), (Ids{
                                           in_need, in_need_held, in_ready, in_timer, in_held,
                                           leased, leased_started, leased_paused, done_canceled})
    );
    EXPECT_TRUE(ids_in({TaskState::pending, TaskState::paused}).empty());
}

TEST_F(ReadsTest, pages_of_tasks_follow_each_other)
{
    Ids seen;
    TaskId after;
    for (;;) {
        const Reads::TaskFilter filter{
            .run = {1},
            .states = {TaskState::pending, TaskState::paused, TaskState::skipped},
            .after = after,
            .limit = 2};
        const auto page = session_->reads().tasks(filter);
        if (page.empty())
            break;
        EXPECT_LE(page.size(), 2u);
        for (const Reads::Task& task : page)
            seen.push_back(task.row.id.value);
        after = page.back().row.id;
    }
    EXPECT_EQ(seen, (Ids{in_need_held, in_ready, in_timer, in_held, leased_paused, done_skipped}));
}

TEST_F(ReadsTest, tasks_far_apart_are_found)
{
    TaskRow far;
    far.id = {1'000'000};
    far.run = {1};
    run_.task_last = far.id;
    DoneRow done;
    done.task = far.id;
    done.run = {1};
    done.outcome = TaskState::failed;
    session_->begin_write();
    session_->tables().insert_tasks({&far, 1});
    session_->tables().insert_done({&done, 1});
    session_->tables().update_runs({&run_, 1});
    session_->commit();

    EXPECT_EQ(ids_in({TaskState::failed}), (Ids{done_failed, 1'000'000}));
    EXPECT_EQ(ids_in({TaskState::failed}, 1), (Ids{done_failed}));
}

TEST_F(ReadsTest, runs_are_listed_newest_first_by_kind_state_and_name)
{
    session_->begin_write();
    std::vector<RunRow> runs(3, run_);
    runs[0].id = {2};
    runs[0].kind = RunKind::job;
    runs[1].id = {3};
    runs[1].state = RunState::loading;
    runs[2].id = {4};
    session_->tables().insert_runs(runs);
    const RunDetail detail{
        .run = {4}, .name = "50%_words", .spec = "", .actor = "", .origin = {}, .error = ""};
    session_->tables().insert_run_details({&detail, 1});
    session_->commit();
    const auto ids = [&](const Reads::RunFilter& filter) {
        Ids found;
        for (const Reads::Run& run : session_->reads().runs(filter))
            found.push_back(run.row.id.value);
        return found;
    };

    EXPECT_EQ(ids({.kind = {}, .state = {}, .name_part = "", .before = {}}), (Ids{4, 2, 1}));
    EXPECT_EQ(ids({.kind = {}, .state = {}, .name_part = "", .before = {4}, .limit = 1}), (Ids{2}));
    EXPECT_EQ(ids({.kind = RunKind::job, .state = {}, .name_part = "", .before = {}}), (Ids{2}));
    EXPECT_EQ(ids({.kind = {}, .state = RunState::failed, .name_part = "", .before = {}}), (Ids{}));
    EXPECT_EQ(ids({.kind = {}, .state = {}, .name_part = "%", .before = {}}), (Ids{4}));
    EXPECT_EQ(ids({.kind = {}, .state = {}, .name_part = "words", .before = {}}), (Ids{4, 1}));
    EXPECT_EQ(session_->reads().run_names(1), (std::vector<std::string>{"50%_words"}));
    EXPECT_FALSE(session_->reads().run({3}));
}

TEST_F(ReadsTest, the_pulse_tells_the_earliest_of_everything)
{
    session_->begin_write();
    run_.expires_at = at(40);
    session_->tables().update_runs({&run_, 1});
    session_->commit();
    const Reads::Pulse pulse = session_->reads().pulse();
    EXPECT_EQ(pulse.timer_due, at(20));
    EXPECT_EQ(pulse.lease_expires, at(30));
    EXPECT_EQ(pulse.run_expires, at(40));
    EXPECT_EQ(pulse.worker_until, at(50));
    EXPECT_EQ(pulse.queues_with_ready, (std::vector<QueueId>{{1}}));
    EXPECT_FALSE(pulse.has_sweep);
    EXPECT_FALSE(pulse.has_loading);
    end_run_with_sweep_owed();
    EXPECT_TRUE(session_->reads().pulse().has_sweep);
}

TEST_F(ReadsTest, an_empty_database_has_no_pulse)
{
    const auto empty = testing::connected({.path = ":memory:"});
    const Reads::Pulse pulse = empty->reads().pulse();
    EXPECT_FALSE(pulse.timer_due || pulse.lease_expires || pulse.run_expires || pulse.worker_until);
    EXPECT_TRUE(pulse.queues_with_ready.empty());
}

TEST_F(ReadsTest, history_outputs_and_parents_are_read)
{
    session_->begin_write();
    const AttemptRow attempts[] = {
        {.task = {1},
         .attempt = 2,
         .worker = {7},
         .claimed_at = at(1),
         .started_at = at(2),
         .finished_at = at(3),
         .error = "b"},
        {.task = {1},
         .attempt = 1,
         .end = AttemptEnd::rescued,
         .worker = {7},
         .claimed_at = at(1),
         .started_at = {},
         .finished_at = at(3),
         .error = "a"}};
    session_->tables().insert_attempts(attempts);
    std::vector<EventRow> events(3);
    for (EventRow& event : events)
        event.run = {1};
    events[1].task = {1};
    events[2].task = {2};
    session_->tables().insert_events(events);
    const OutputRow outputs[] = {
        {.run = {1}, .path = "b", .task = {1}, .attempt = 1, .created_at = {}, .updated_at = {}},
        {.run = {1}, .path = "a", .task = {2}, .attempt = 1, .created_at = {}, .updated_at = {}}};
    session_->tables().insert_outputs(outputs);
    const LinkRow link{.parent = {1}, .child = {2}};
    session_->tables().insert_links({&link, 1});
    session_->commit();
    Reads& reads = session_->reads();

    ASSERT_EQ(reads.attempts({1}).size(), 2u);
    EXPECT_EQ(reads.attempts({1})[0].end, AttemptEnd::rescued);
    EXPECT_EQ(reads.attempts({1})[1].error, "b");
    EXPECT_EQ(reads.events({1}, {}).size(), 3u);
    EXPECT_EQ(reads.events({1}, {1}).size(), 2u);
    EXPECT_EQ(reads.outputs({1}, {1}).size(), 1u);
    ASSERT_EQ(reads.outputs({1}, {}).size(), 2u);
    EXPECT_EQ(reads.outputs({1}, {})[0].path, "a");
    EXPECT_EQ(reads.parents(run_, {2}).size(), 1u);
    EXPECT_EQ(reads.leases_of({7}).size(), 3u);
    EXPECT_EQ(reads.workers().size(), 1u);
}

TEST_F(ReadsTest, places_before_a_task_are_counted_up_to_a_limit)
{
    session_->begin_write();
    std::vector<Place> places;
    for (std::int64_t id = 201; id <= 210; ++id)
        places.push_back(place_of(id));
    session_->tables().insert_ready(places);
    session_->commit();
    EXPECT_EQ(session_->reads().ready_before(places[4], 100), 5);
    EXPECT_EQ(session_->reads().ready_before(places[4], 3), 3);
}

TEST_F(ReadsTest, keys_are_found_by_hash_until_revoked)
{
    session_->begin_write();
    session_->tables().insert_key(
        {.id = {1},
         .name = "ci",
         .hash = "aa",
         .role = KeyRole::admin,
         .created_at = at(0),
         .revoked_at = std::nullopt}
    );
    session_->commit();
    EXPECT_EQ(session_->reads().key_with_hash("aa")->role, KeyRole::admin);
    EXPECT_FALSE(session_->reads().key_with_hash("ab"));
    session_->begin_write();
    session_->tables().revoke_key("ci", at(5));
    session_->commit();
    EXPECT_FALSE(session_->reads().key_with_hash("aa"));
    EXPECT_EQ(session_->reads().keys()[0].revoked_at, at(5));
}

TEST_F(ReadsTest, the_secret_of_public_ids_is_a_setting)
{
    EXPECT_FALSE(session_->reads().setting("uid_secret")->empty());
    EXPECT_FALSE(session_->reads().setting("nothing"));
}

} // namespace
} // namespace sluice::sqlite::reads_test
