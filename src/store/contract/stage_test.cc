// SPDX-License-Identifier: Apache-2.0
#include "store/contract/contract.h"

namespace sluice::stage_test {

class StagedRun : public StoreContract {
protected:
    RunId stage(std::string name = "")
    {
        StageRun request;
        request.run.queues = {"q"};
        if (!name.empty())
            request.run.name = name;
        return db(request).value().run;
    }

    std::vector<TaskId> add(RunId run, std::size_t count, std::vector<std::uint32_t> parents = {})
    {
        return db(piece(run, count, std::move(parents))).value();
    }

    static StageTasks piece(RunId run, std::size_t count, std::vector<std::uint32_t> parents = {})
    {
        StageTasks request;
        request.run = run;
        request.tasks.assign(count, new_task());
        request.parents = std::move(parents);
        return request;
    }

    Result<Submitted> publish(RunId run)
    {
        PublishRun request;
        request.run = run;
        return db(request);
    }

    std::size_t sweep_all(std::size_t limit)
    {
        Sweep request;
        request.limit = limit;
        std::size_t pieces = 0;
        while (db(request).value() > 0)
            ++pieces;
        return pieces;
    }

    void expect_canceled_but(const std::vector<TaskId>& ids, TaskId other)
    {
        for (const TaskId id : ids)
            EXPECT_EQ(state(id) == TaskState::canceled, id != other) << id.value;
    }

    bool is_listed(RunId id)
    {
        const auto all = db.read([](Reads& reads) { return reads.runs({}); });
        return std::any_of(all.begin(), all.end(), [&](const auto& run) {
            return run.row.id == id;
        });
    }
};

TEST_P(StagedRun, is_invisible_until_it_is_published)
{
    const WorkerId w = worker();
    const RunId id = stage("big");
    const std::vector<TaskId> ids = add(id, 3);

    EXPECT_FALSE(db.read([id](Reads& reads) { return reads.run(id); }));
    EXPECT_FALSE(db.read([](Reads& reads) { return reads.run_named("big"); }));
    EXPECT_FALSE(is_listed(id));
    EXPECT_TRUE(claim(w).empty());

    ASSERT_TRUE(publish(id));
    EXPECT_TRUE(is_listed(id));
    EXPECT_EQ(run(id).row.counts.total, 3);
    EXPECT_EQ(claim(w).size(), 3u);
}

TEST_P(StagedRun, takes_tasks_in_pieces_and_links_between_them)
{
    const RunId id = stage();
    const std::vector<TaskId> one = add(id, 2, {0, 1});
    const std::vector<TaskId> two = add(id, 1, {2});
    StageLinks links;
    links.run = id;
    links.links = {{one[0], one[1]}, {one[0], two[0]}, {one[1], two[0]}};
    ASSERT_TRUE(db(links));
    ASSERT_TRUE(publish(id));
    const WorkerId w = worker();

    for (const TaskId expected : {one[0], one[1], two[0]}) {
        const std::vector<Leased> claimed = claim(w);
        ASSERT_EQ(claimed.size(), 1u);
        EXPECT_EQ(claimed[0].task, expected);
        ASSERT_TRUE(succeed(claimed[0], w));
    }
    EXPECT_EQ(run_state_of(id), RunState::succeeded);
}

TEST_P(StagedRun, runs_out_of_time_from_its_publication)
{
    const RunId id = stage();
    add(id, 1);
    clock.advance(30s);
    PublishRun request;
    request.run = id;
    request.timeout = 10s;
    ASSERT_TRUE(db(request));

    EXPECT_EQ(run(id).row.expires_at, clock.wall() + 10s);
}

TEST_P(StagedRun, without_tasks_has_succeeded_when_it_is_published)
{
    const RunId id = stage();

    EXPECT_EQ(publish(id)->state, RunState::succeeded);
    EXPECT_EQ(run_state_of(id), RunState::succeeded);
}

TEST_P(StagedRun, cannot_be_published_twice_or_loaded_afterwards)
{
    const RunId id = stage();
    add(id, 1);
    ASSERT_TRUE(publish(id));

    EXPECT_EQ(publish(id).error().code, Errc::not_found);
    EXPECT_EQ(db(piece(id, 1)).error().code, Errc::not_found);
}

TEST_P(StagedRun, its_name_is_taken_while_it_loads)
{
    stage("big");
    Submit request = new_run(1);
    request.run.name = "big";

    EXPECT_EQ(db(request).error().code, Errc::conflict);
}

TEST_P(StagedRun, of_a_dead_loader_is_swept_in_pieces)
{
    const RunId id = stage("big");
    for (int i = 0; i < 5; ++i)
        add(id, 10);
    clock.advance(59s);
    EXPECT_EQ(sweep_all(10), 0u);

    clock.advance(2s);
    EXPECT_GE(sweep_all(10), 5u);
    Submit request = new_run(1);
    request.run.name = "big";
    EXPECT_TRUE(db(request));
    EXPECT_EQ(claim(worker()).size(), 1u);
}

TEST_P(StagedRun, a_loader_that_goes_on_keeps_it_alive)
{
    const RunId id = stage();
    for (int i = 0; i < 4; ++i) {
        clock.advance(50s);
        add(id, 1);
        EXPECT_EQ(sweep_all(10), 0u);
    }
    EXPECT_TRUE(publish(id));
}

TEST_P(StagedRun, a_loader_that_was_given_up_cannot_go_on_with_what_is_left)
{
    const RunId id = stage();
    add(id, 30);
    clock.advance(61s);
    Sweep some;
    some.limit = 10;
    db(some).value();

    EXPECT_EQ(db(piece(id, 1)).error().code, Errc::not_found);
    EXPECT_EQ(publish(id).error().code, Errc::not_found);
    sweep_all(10);
}

TEST_P(StagedRun, a_repeated_submission_is_not_accepted_while_the_first_may_still_be_lost)
{
    StageRun request;
    request.run.queues = {"q"};
    request.run.request_key = "key-1";
    request.run.body_hash = "hash-1";
    const RunId id = db(request).value().run;

    const Result<Submitted> meanwhile = db(request);
    ASSERT_FALSE(meanwhile);
    EXPECT_TRUE(is_retryable(meanwhile.error().code));

    clock.advance(61s);
    sweep_all(100);
    const Result<Submitted> afresh = db(request);
    ASSERT_TRUE(afresh);
    EXPECT_FALSE(afresh->repeated);
    EXPECT_NE(afresh->run, id);
    ASSERT_TRUE(publish(afresh->run));
    EXPECT_TRUE(db(request)->repeated);
}

TEST_P(StagedRun, that_is_canceled_reads_as_canceled_at_once_and_is_swept_in_pieces)
{
    const WorkerId w = worker();
    NewTask later = new_task();
    later.run_at = clock.wall() + 1h;
    const RunId id = stage("name");
    std::vector<TaskId> ids = add(id, 20);
    StageTasks more;
    more.run = id;
    more.tasks = {later, new_task()};
    more.parents = {0, 1};
    const std::vector<TaskId> last = db(more).value();
    StageLinks links;
    links.run = id;
    links.links = {{last[0], last[1]}};
    ASSERT_TRUE(db(links));
    ids.insert(ids.end(), last.begin(), last.end());
    ASSERT_TRUE(publish(id));
    const std::vector<Leased> claimed = claim(w, 2);
    ASSERT_TRUE(succeed(claimed[0], w));
    ASSERT_TRUE(db(Pause{target(id, {ids[7]})}));

    Cancel cancel{target(id)};
    cancel.target.reason = "Batch stopped";
    const Result<Affected> affected = db(cancel);

    ASSERT_TRUE(affected);
    EXPECT_EQ(affected->changed(), 21);
    EXPECT_EQ(affected->waiting, 1);
    EXPECT_EQ(affected->running, 1);
    EXPECT_EQ(affected->paused, 1);
    EXPECT_EQ(affected->pending, 18);
    EXPECT_EQ(affected->final, 1);
    EXPECT_EQ(run_state_of(id), RunState::canceled);
    EXPECT_EQ(run(id).row.counts, (RunCounts{22, 1, 0, 21, 0}));
    EXPECT_TRUE(claim(w).empty());
    EXPECT_EQ(succeed(claimed[1], w).error().code, Errc::conflict);
    expect_canceled_but(ids, claimed[0].task);
    EXPECT_EQ(violations(), "");

    EXPECT_EQ(db(RetryTasks{target(id, {ids[5]})}).error().code, Errc::conflict);
    EXPECT_GE(sweep_all(5), 4u);
    EXPECT_FALSE(run(id).row.sweep);
    expect_canceled_but(ids, claimed[0].task);
    ids.erase(std::ranges::find(ids, claimed[0].task));
    for (const TaskId id : ids)
        EXPECT_EQ(task(id).done.value().error, "Batch stopped") << id.value;
}

TEST_P(StagedRun, can_live_again_after_its_sweep)
{
    const WorkerId w = worker();
    const RunId id = stage();
    const std::vector<TaskId> ids = add(id, 3);
    ASSERT_TRUE(publish(id));
    ASSERT_TRUE(db(Cancel{target(id)}));
    sweep_all(100);

    ASSERT_TRUE(db(RetryTasks{target(id, {ids[1]})}));

    EXPECT_EQ(run_state_of(id), RunState::active);
    EXPECT_EQ(drain(w), 1u);
    EXPECT_EQ(run_state_of(id), RunState::succeeded);
}

TEST_P(StagedRun, a_pause_of_a_batch_stops_the_clocks_of_its_attempts)
{
    const WorkerId w = worker(1h);
    StageRun batch;
    batch.run.kind = RunKind::batch;
    batch.run.queues = {"q"};
    const RunId id = db(batch).value().run;
    StageTasks tasks = piece(id, 4);
    for (NewTask& task : tasks.tasks) {
        task.timeout = 30s;
        task.card.emplace().kind = "build";
        task.card->name = "name";
    }
    tasks.parents = {0, 0, 0, 1};
    const std::vector<TaskId> ids = db(tasks).value();
    StageLinks links;
    links.run = id;
    links.links = {{ids[0], ids[3]}};
    ASSERT_TRUE(db(links));
    ASSERT_TRUE(publish(id));
    const Leased running = claim(w, 1).at(0);

    const Affected paused = db(Pause{target(id)}).value();
    EXPECT_EQ(paused.running, 1);
    EXPECT_EQ(paused.pending, 2);
    EXPECT_EQ(paused.waiting, 1);
    EXPECT_EQ(state(running.task), TaskState::paused);
    clock.advance(10min);
    EXPECT_EQ(db(Expire{}).value(), 0);

    ASSERT_TRUE(db(Cancel{target(id, {ids[2]})}));
    ASSERT_TRUE(db(RetryTasks{target(id, {ids[2]})}));
    EXPECT_TRUE(claim(w).empty()) << "the retry of a task does not end the pause";

    EXPECT_EQ(db(Resume{target(id)})->paused, 4);
    EXPECT_EQ(state(running.task), TaskState::running);
    clock.advance(30s);
    EXPECT_EQ(db(Expire{}).value(), 1);
}

TEST_P(StagedRun, a_pause_closes_its_queues_and_a_resume_opens_them)
{
    const WorkerId w = worker();
    const RunId id = stage();
    add(id, 3);
    ASSERT_TRUE(publish(id));
    const Leased running = claim_one(w);

    EXPECT_EQ(db(Pause{target(id)})->pending, 2);
    EXPECT_TRUE(claim(w).empty());
    EXPECT_TRUE(succeed(running, w));

    db.take_changes();
    ASSERT_TRUE(db(Resume{target(id)}));
    bool told = false;
    for (const Changes& changes : db.take_changes())
        told = told || !changes.ready_queues.empty();
    EXPECT_TRUE(told);
    EXPECT_EQ(drain(w), 2u);
    EXPECT_EQ(run_state_of(id), RunState::succeeded);
}

INSTANTIATE_TEST_SUITE_P(Dialects, StagedRun, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::stage_test
