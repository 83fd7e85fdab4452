// SPDX-License-Identifier: Apache-2.0
// Retention: old batches go wholly, old hidden tasks singly, and never what somebody still needs.
#include "store/contract/service_contract.h"

namespace sluice::retention_test {

class RetentionOf : public ServiceContract {
protected:
    RetentionOf() : w(worker(24h * 365)) {}

    // A batch that has ended well.
    Submitted ended(std::vector<NewTask> tasks, std::vector<GraphLink> links = {})
    {
        const Submitted batch = submit(new_batch(std::move(tasks), std::move(links)));
        for (;;) {
            const std::vector<Leased> claimed = claim(w, 1000);
            if (claimed.empty())
                return batch;
            for (const Leased& task : claimed)
                EXPECT_TRUE(succeed(task, w));
        }
    }
    Submitted ended(std::size_t tasks = 1)
    {
        return ended(std::vector<NewTask>(tasks, service_task()));
    }

    Time now() { return db.store().clock().now(); }

    PurgedBatches purge(std::vector<RunId> batches, std::size_t limit = 1000)
    {
        return db(PurgeBatches{std::move(batches), now() - 10 * 24h, limit}).value();
    }
    std::size_t purge_task(const Submitted& batch, TaskId task)
    {
        return db(PurgeTasks{batch.run, {task}, now() - 10 * 24h}).value();
    }

    bool is_there(RunId run)
    {
        return db.read([run](Reads& reads) { return reads.service().batch(run); }).has_value();
    }
    bool is_there(TaskId task)
    {
        return db.read([task](Reads& reads) { return reads.service().task(task); }).has_value();
    }
    std::int64_t total(RunId run)
    {
        return db.read([run](Reads& reads) { return reads.service().batch(run); })
            .value()
            .run.counts.total;
    }

    // Rows of everything that hangs on tasks.
    std::string rows_left()
    {
        const std::unique_ptr<testing::Probe> probe = database->probe();
        std::string left;
        for (const char* table :
             {"run", "run_detail", "task", "card", "done", "progress", "attempt", "link",
              "delivery", "owed", "member", "counter", "request", "need", "gated"})
            if (const std::string count =
                    probe->value(std::string("SELECT count(*) FROM ") + table);
                count != "0")
                left += std::string(table) + " " + count + ", ";
        return left;
    }

    WorkerId w;
};

TEST_P(RetentionOf, an_old_batch_takes_all_with_it)
{
    Submit request =
        new_batch({service_task({.success = 1}), service_task(), service_task()}, {{0, 1}, {0, 2}});
    request.run.request_key = "key";
    request.run.body_hash = "hash";
    request.run.spec = "{}";
    request.tasks[2].dedupe = {{TaskState::succeeded, "build", {}}};
    request.tasks[2].card->name = "other";
    const Submitted batch = submit(request);
    while (drain(w) > 0) {
    }
    const OwedDelivery owed = take_owed(w).at(0);
    EXPECT_TRUE(db(AddCounts{batch.tasks[0], 1, 0}));
    EXPECT_TRUE(db(end_of(owed, w, DeliveryStatus::dead)));
    clock.advance(11 * 24h);

    const PurgedBatches purged = purge({batch.run});

    EXPECT_EQ(purged.tasks, batch.tasks.size());
    EXPECT_TRUE(purged.unfinished.empty());
    EXPECT_FALSE(is_there(batch.run));
    EXPECT_FALSE(is_there(batch.tasks[0]));
    if (can_be_shared()) {
        EXPECT_EQ(rows_left(), "");
    }
    EXPECT_FALSE(events(batch.run).empty()) << "what users did is still known";
    EXPECT_FALSE(submit(request).repeated) << "its idempotency key is free again";
}

TEST_P(RetentionOf, what_is_young_or_lives_stays)
{
    const Submitted young = ended();
    const Submitted live = submit(new_batch({service_task(), service_task()}));
    EXPECT_TRUE(db(Cancel{target(live.run, {live.tasks[0]})}));
    EXPECT_EQ(purge({live.run, young.run, RunId{999}}).tasks, 0u);
    clock.advance(11 * 24h);
    EXPECT_EQ(purge({live.run, young.run}).tasks, 1u);
    EXPECT_FALSE(is_there(young.run));
    EXPECT_TRUE(is_there(live.run));
}

TEST_P(RetentionOf, jobs_are_left_alone)
{
    Submit request = new_run(1);
    request.run.kind = RunKind::job;
    const Submitted job = submit(std::move(request));
    drain(w);
    clock.advance(11 * 24h);
    EXPECT_EQ(purge({job.run}).tasks, 0u);
    EXPECT_EQ(run(job.run).row.counts.total, 1);
}

TEST_P(RetentionOf, a_batch_that_lives_again_in_the_same_group_stays)
{
    const Submitted batch = submit(new_batch({service_task()}));
    EXPECT_TRUE(db(Cancel{target(batch.run)}));
    clock.advance(11 * 24h);
    const auto answers = db.together(
        PurgeBatches{{batch.run}, now() - 24h, 1000}, RetryTasks{target(batch.run, batch.tasks)}
    );
    EXPECT_TRUE(std::get<1>(answers));
    EXPECT_EQ(std::get<0>(answers).value().tasks, 0u);
    EXPECT_EQ(state(batch.tasks[0]), TaskState::pending);
}

TEST_P(RetentionOf, webhooks_that_are_still_owed_protect_their_batch)
{
    const Submitted batch = ended({service_task({.success = 1})});
    const OwedDelivery owed = take_owed(w).at(0);
    clock.advance(11 * 24h);
    EXPECT_EQ(purge({batch.run}).tasks, 0u);
    EXPECT_TRUE(is_there(batch.run));
    EXPECT_TRUE(db(end_of(owed, w, DeliveryStatus::dead)));
    EXPECT_EQ(purge({batch.run}).tasks, 1u) << "a dead letter does not";
}

// A run whose task waits for a task of another one.
TEST_P(RetentionOf, a_live_task_of_another_batch_protects_its_parent)
{
    const Submitted batch = ended(2);
    StageRun begin;
    begin.run.kind = RunKind::batch;
    begin.run.queues = {"q"};
    StageTasks piece;
    piece.run = db(begin).value().run;
    piece.tasks = {service_task()};
    piece.parents = {1};
    const std::vector<TaskId> child = db(piece).value();
    ASSERT_TRUE(db(StageLinks{piece.run, {{batch.tasks[1], child[0]}}}));
    PublishRun publish;
    publish.run = piece.run;
    ASSERT_TRUE(db(publish));
    clock.advance(11 * 24h);
    EXPECT_TRUE(db(HideTask{batch.tasks[1], batch.run, true, ""}));
    clock.advance(11 * 24h);

    EXPECT_EQ(purge({batch.run}).tasks, 0u);
    EXPECT_EQ(purge_task(batch, batch.tasks[1]), 0u);

    EXPECT_TRUE(db(Cancel{target(piece.run)}));
    while (db(Sweep{}).value() > 0) {
    }
    EXPECT_EQ(purge_task(batch, batch.tasks[1]), 1u);
    EXPECT_EQ(purge({batch.run}).tasks, 1u);
}

TEST_P(RetentionOf, a_large_batch_is_out_of_sight_from_the_first_piece_on)
{
    const Submitted batch = submit(new_batch(std::vector<NewTask>(5, service_task())));
    EXPECT_TRUE(db(Cancel{target(batch.run)}));
    clock.advance(11 * 24h);

    PurgedBatches purged = purge({batch.run}, 2);

    EXPECT_EQ(purged.tasks, 2u);
    EXPECT_EQ(purged.unfinished, std::vector<RunId>{batch.run});
    EXPECT_FALSE(is_there(batch.run));
    EXPECT_FALSE(is_there(batch.tasks[4]));
    EXPECT_EQ(db(RetryTasks{target(batch.run, {batch.tasks[4]})}).error().code, Errc::not_found)
        << "it never lives again in part";
    EXPECT_EQ(db(HideTask{batch.tasks[4], batch.run, true, ""}).error().code, Errc::not_found);
    EXPECT_EQ(violations(), "");
    purged = purge(purged.unfinished, 2);
    EXPECT_EQ(purged.tasks, 2u);
    EXPECT_EQ(violations(), "");
    purged = purge(purged.unfinished, 2);
    EXPECT_EQ(purged.tasks, 1u);
    EXPECT_TRUE(purged.unfinished.empty());
    if (can_be_shared()) {
        EXPECT_EQ(rows_left(), "");
    }
}

TEST_P(RetentionOf, what_a_dead_process_has_begun_is_swept)
{
    const Submitted batch = ended(5);
    const Submitted other = ended(1);
    clock.advance(11 * 24h);
    EXPECT_EQ(purge({batch.run}, 2).tasks, 2u);
    EXPECT_EQ(db(Sweep{2}).value(), 0u) << "the next piece may come";
    clock.advance(61s);
    while (db(Sweep{2}).value() > 0)
        EXPECT_EQ(violations(), "");
    EXPECT_TRUE(is_there(other.run));
    EXPECT_EQ(purge({other.run}).tasks, 1u);
    if (can_be_shared()) {
        EXPECT_EQ(rows_left(), "");
    }
}

TEST_P(RetentionOf, several_batches_share_a_piece)
{
    const Submitted first = ended(2);
    const Submitted second = ended(2);
    const Submitted third = ended(2);
    clock.advance(11 * 24h);
    const PurgedBatches purged = purge({third.run, first.run, second.run}, 3);
    EXPECT_EQ(purged.tasks, 3u);
    EXPECT_EQ(purged.unfinished, (std::vector<RunId>{second.run, third.run}));
    EXPECT_EQ(purge(purged.unfinished, 100).tasks, 3u);
    if (can_be_shared()) {
        EXPECT_EQ(rows_left(), "");
    }
}

TEST_P(RetentionOf, purged_tasks_are_found_by_no_matcher)
{
    NewTask once = service_task();
    once.dedupe = {{TaskState::succeeded, "build", {}}};
    EXPECT_TRUE(submit(new_batch({once})).tasks.size() == 1);
    const Submitted batch = ended(3);
    EXPECT_TRUE(submit(new_batch({once})).tasks.empty()) << "there is one";
    clock.advance(11 * 24h);
    Reads::RunFilter all;
    all.kind = RunKind::batch;
    std::vector<RunId> runs;
    for (const Reads::Run& run : db.read([all](Reads& reads) { return reads.runs(all); }))
        runs.push_back(run.row.id);
    EXPECT_FALSE(purge(runs, 1).unfinished.empty());
    EXPECT_EQ(submit(new_batch({once})).tasks.size(), 1u) << "nobody sees the others any more";
    while (!(runs = purge(runs, 1).unfinished).empty()) {
    }
}

TEST_P(RetentionOf, hidden_tasks_go_singly_and_the_batch_with_its_last_one)
{
    const Submitted batch =
        ended({service_task(), service_task(), service_task()}, {{0, 1}, {1, 2}});
    const auto hide = [&](std::size_t index, bool hidden = true) {
        EXPECT_TRUE(db(HideTask{batch.tasks[index], batch.run, hidden, "ada"}));
    };
    hide(1);
    hide(2);
    EXPECT_EQ(purge_task(batch, batch.tasks[1]), 0u) << "it was hidden just now";
    clock.advance(11 * 24h);
    hide(2, false);

    EXPECT_EQ(purge_task(batch, batch.tasks[0]), 0u) << "it is not hidden";
    EXPECT_EQ(purge_task(batch, batch.tasks[2]), 0u) << "it was brought back";
    EXPECT_EQ(purge_task(batch, batch.tasks[1]), 1u);

    EXPECT_FALSE(is_there(batch.tasks[1]));
    EXPECT_EQ(total(batch.run), 2);
    EXPECT_EQ(violations(), "");
    hide(0);
    hide(2);
    clock.advance(11 * 24h);
    EXPECT_EQ(purge_task(batch, batch.tasks[0]), 1u);
    EXPECT_EQ(purge_task(batch, batch.tasks[2]), 1u);
    EXPECT_FALSE(is_there(batch.run));
    if (can_be_shared()) {
        EXPECT_EQ(rows_left(), "");
    }
}

TEST_P(RetentionOf, a_hidden_task_of_a_live_batch_stays)
{
    const Submitted batch = submit(new_batch({service_task(), service_task()}));
    EXPECT_TRUE(db(Cancel{target(batch.run, {batch.tasks[0]})}));
    EXPECT_TRUE(db(HideTask{batch.tasks[0], batch.run, true, ""}));
    clock.advance(11 * 24h);
    EXPECT_EQ(purge_task(batch, batch.tasks[0]), 0u);
    EXPECT_TRUE(db(Cancel{target(batch.run, {batch.tasks[1]})}));
    EXPECT_EQ(purge_task(batch, batch.tasks[0]), 1u);
    EXPECT_EQ(total(batch.run), 1);
}

TEST_P(RetentionOf, what_is_old_is_listed_by_id)
{
    const Submitted first = ended(1);
    const Submitted second = ended(1);
    EXPECT_TRUE(db(HideTask{second.tasks[0], second.run, true, ""}));
    const auto runs = [&](RunId after, std::size_t limit) {
        return db.read([=](Reads& reads) { return reads.service().oldest_runs(after, limit); });
    };
    ASSERT_EQ(runs(RunId{}, 1).size(), 1u);
    EXPECT_EQ(runs(RunId{}, 1)[0].id, first.run);
    ASSERT_EQ(runs(first.run, 9).size(), 1u);
    EXPECT_EQ(runs(first.run, 9)[0].id, second.run);
    EXPECT_TRUE(runs(first.run, 9)[0].finished_at);
    const auto hidden =
        db.read([](Reads& reads) { return reads.service().hidden_tasks(TaskId{}, 9); });
    ASSERT_EQ(hidden.size(), 1u);
    EXPECT_EQ(hidden[0].task, second.tasks[0]);
    EXPECT_EQ(hidden[0].run, second.run);
    EXPECT_EQ(hidden[0].hidden_at, now());
}

INSTANTIATE_TEST_SUITE_P(Dialects, RetentionOf, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::retention_test
