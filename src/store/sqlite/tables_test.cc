// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/testing.h"

#include <algorithm>

namespace sluice::sqlite {
namespace {

constexpr Time at(std::int64_t second)
{
    return from_micros(1'700'000'000'000'000 + second * 1'000'000);
}

Place place_of(std::int64_t task, QueueId queue = {1}, int nprio = 0)
{
    return {
        .task = {task},
        .run = {1},
        .queue = queue,
        .nprio = nprio,
        .attempt = 2,
        .tries = 1,
        .rescues = 1,
        .run_at = std::nullopt};
}

NeedRow need_of(std::int64_t task, int unfinished)
{
    return {
        .task = {task},
        .run = {1},
        .queue = {1},
        .nprio = -5,
        .unfinished = unfinished,
        .attempt = 4,
        .run_at = at(9)};
}

LeaseRow lease_of(std::int64_t task, std::int64_t worker = 7)
{
    LeaseRow lease;
    lease.place = place_of(task);
    lease.worker = {worker};
    lease.claimed_at = at(1);
    return lease;
}

DoneRow done_of(std::int64_t task)
{
    DoneRow done;
    done.task = {task};
    done.run = {1};
    done.outcome = TaskState::failed;
    done.attempt = 3;
    done.tries = 2;
    done.worker = {7};
    done.claimed_at = at(1);
    done.started_at = at(2);
    done.finished_at = at(3);
    done.result = "{\"n\":1}";
    done.error = "exit status 1";
    return done;
}

RunRow run_of(std::int64_t id)
{
    RunRow run;
    run.id = {id};
    run.kind = RunKind::job;
    run.counts.total = 4;
    run.task_first = {1};
    run.task_last = {100};
    run.created_at = at(0);
    return run;
}

class TablesTest : public ::testing::Test {
protected:
    TablesTest() : session_(testing::connected({.path = ":memory:"})) { session_->begin_write(); }
    ~TablesTest() override { session_->commit(); }

    Tables& tables() { return session_->tables(); }

    void insert_task(std::int64_t id, QueueId queue = {1}, int nprio = 0)
    {
        TaskRow task;
        task.id = {id};
        task.run = {1};
        task.queue = queue;
        task.nprio = nprio;
        tables().insert_tasks({&task, 1});
    }

    std::unique_ptr<Session> session_;
};

template <class Row>
std::vector<std::int64_t> task_ids(const std::vector<Row>& rows)
{
    std::vector<std::int64_t> ids;
    for (const Row& row : rows)
        if constexpr (requires { row.task; })
            ids.push_back(row.task.value);
        else
            ids.push_back(row.place.task.value);
    std::ranges::sort(ids);
    return ids;
}

using Ids = std::vector<std::int64_t>;

TEST_F(TablesTest, ids_ascend_and_are_never_given_twice)
{
    EXPECT_EQ(tables().next_ids(Tables::Sequence::task, 3), (Ids{1, 2, 3}));
    EXPECT_EQ(tables().next_ids(Tables::Sequence::task, 2), (Ids{4, 5}));
    EXPECT_EQ(tables().next_ids(Tables::Sequence::run, 1), (Ids{1}));
    EXPECT_EQ(tables().next_ids(Tables::Sequence::queue, 1), (Ids{1}));
    EXPECT_EQ(tables().next_ids(Tables::Sequence::worker, 1), (Ids{1}));
    EXPECT_EQ(tables().next_ids(Tables::Sequence::key, 1), (Ids{1}));
    EXPECT_TRUE(tables().next_ids(Tables::Sequence::key, 0).empty());
}

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

TEST_F(TablesTest, names_of_runs_are_unique_and_found)
{
    RunDetail detail{
        .run = {1}, .name = "words", .spec = "{}", .actor = "me", .origin = {}, .error = ""};
    tables().insert_run_details({&detail, 1});
    EXPECT_EQ(tables().find_run_named("words"), RunId{1});
    EXPECT_EQ(tables().find_run_named("word"), std::nullopt);

    detail.run = {2};
    const StoreFailure failure = testing::failure_in([&] {
        tables().insert_run_details({&detail, 1});
    });
    EXPECT_EQ(failure.kind(), StoreFailure::Kind::refused);
    EXPECT_EQ(failure.error().code, Errc::conflict);

    detail.name = std::nullopt;
    tables().insert_run_details({&detail, 1});
    detail.run = {3};
    tables().insert_run_details({&detail, 1});
}

TEST_F(TablesTest, a_task_keeps_all_it_was_given)
{
    const TaskRow full{
        .id = {1},
        .run = {1},
        .queue = {3},
        .nprio = -1000,
        .timeout = Micros(5),
        .retry = "{}",
        .name = "n",
        .payload = std::string("a\0b", 3)};
    const TaskRow empty{
        .id = {2}, .run = {1}, .queue = {3}, .timeout = {}, .retry = "", .name = "", .payload = ""};
    const TaskRow rows[] = {full, empty};
    tables().insert_tasks(rows);

    const TaskId ids[] = {{2}, {1}, {9}};
    const std::vector<TaskRow> found = tables().tasks(ids);

    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[1].queue, QueueId{3});
    EXPECT_EQ(found[1].nprio, -1000);
    EXPECT_EQ(found[1].timeout, Micros(5));
    EXPECT_EQ(found[1].retry, "{}");
    EXPECT_EQ(found[1].name, "n");
    EXPECT_EQ(found[1].payload, full.payload);
    EXPECT_EQ(found[0].timeout, std::nullopt);
    EXPECT_EQ(found[0].name, "");
}

TEST_F(TablesTest, shared_queues_are_made_once)
{
    const QueueRow first{.id = {1}, .name = "a", .run = {}};
    const QueueRow again{.id = {2}, .name = "a", .run = {}};
    EXPECT_EQ(tables().ensure_shared_queue(first), QueueId{1});
    EXPECT_EQ(tables().ensure_shared_queue(again), QueueId{1});
    tables().insert_queue({.id = {3}, .name = "a", .run = {9}, .open = false});
    tables().set_queues_open({9}, true);

    std::vector<QueueRow> rows = tables().queues();
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[1].run, RunId{9});
    EXPECT_TRUE(rows[1].open);

    tables().delete_queues({9});
    tables().delete_queues({});
    EXPECT_EQ(tables().queues().size(), 1u);
}

TEST_F(TablesTest, requests_are_found_by_key)
{
    tables().insert_request({.key = "k", .body_hash = "h", .run = {4}, .created_at = at(1)});

    const auto found = tables().find_request("k");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->body_hash, "h");
    EXPECT_EQ(found->run, RunId{4});
    EXPECT_EQ(found->created_at, at(1));
    EXPECT_FALSE(tables().find_request("K"));
}

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

TEST_F(TablesTest, an_output_path_may_hold_any_bytes_and_has_one_owner)
{
    const std::string path("a\xff\0\n%", 5);
    OutputRow row{
        .run = {1},
        .path = path,
        .task = {2},
        .attempt = 1,
        .created_at = at(1),
        .updated_at = at(1)};
    tables().insert_outputs({&row, 1});
    EXPECT_THROW(tables().insert_outputs({&row, 1}), StoreFailure);

    row.state = OutputState::doomed;
    row.task = {3};
    row.updated_at = at(2);
    tables().update_outputs({&row, 1});
    const std::vector<OutputRow> found = tables().outputs_at({1}, {&path, 1});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].path, path);
    EXPECT_EQ(found[0].task, TaskId{3});
    EXPECT_EQ(found[0].updated_at, at(2));
    EXPECT_EQ(tables().doomed_outputs(5).size(), 1u);
    EXPECT_EQ(tables().outputs_of({1}, {&row.task, 1}).size(), 1u);

    OutputRow other = row;
    other.attempt = 2;
    tables().delete_outputs({&other, 1});
    EXPECT_EQ(tables().doomed_outputs(5).size(), 1u);
    tables().delete_outputs({&row, 1});
    EXPECT_TRUE(tables().doomed_outputs(5).empty());
}

TEST_F(TablesTest, a_key_is_revoked_once_and_its_name_is_free_again)
{
    KeyRow key{
        .id = {1},
        .name = "ci",
        .hash = "aa",
        .role = KeyRole::read,
        .created_at = at(0),
        .revoked_at = std::nullopt};
    tables().insert_key(key);
    key.id = {2};
    key.hash = "bb";
    EXPECT_THROW(tables().insert_key(key), StoreFailure);
    EXPECT_TRUE(tables().revoke_key("ci", at(1)));
    EXPECT_FALSE(tables().revoke_key("ci", at(1)));
    tables().insert_key(key);
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

    EXPECT_FALSE(tables().delete_tasks(run, 2));
    EXPECT_TRUE(tables().delete_tasks(run, 2));

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

    tables().delete_run(run);

    EXPECT_FALSE(tables().find_run_named("n"));
    EXPECT_FALSE(tables().find_request("k"));
    EXPECT_TRUE(session_->reads().events({1}, {}).empty());
    EXPECT_FALSE(session_->reads().run({1}));
}

} // namespace
} // namespace sluice::sqlite
