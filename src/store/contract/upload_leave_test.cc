// SPDX-License-Identifier: Apache-2.0
// An attempt that lost its lease may still be uploading: how long, and who waits for it.
#include "store/contract/contract.h"

#include <fmt/format.h>

namespace sluice::upload_leave_test {

class UploadLeaves : public StoreContract {
protected:
    UploadLeaves() { w = worker(1h); }

    Submitted submit_job(std::size_t datums = 1)
    {
        Submit request = new_run(datums);
        for (NewTask& datum : request.tasks)
            datum.retry.tries_max = 5;
        request.run.kind = RunKind::job;
        return submit(std::move(request));
    }

    RegisterOutputs announcement(const Leased& task, std::vector<std::string> paths, Micros leave)
    {
        RegisterOutputs request;
        request.task = task.task;
        request.run = task.run;
        request.attempt = task.attempt;
        request.worker = w;
        request.paths = std::move(paths);
        request.leave = leave;
        return request;
    }

    // A datum of a new job that may upload for so long.
    Leased uploading(Micros leave = 60s)
    {
        submit_job();
        Leased task = claim_one(w);
        EXPECT_EQ(db(announcement(task, {"a"}, leave)).value().leave, leave);
        return task;
    }

    ExtendLeave extension(const Leased& task, Micros leave = 60s)
    {
        return {task.task, task.run, task.attempt, w, leave};
    }
    Result<bool> end_uploads(const Leased& task, std::vector<std::string> paths = {"a"})
    {
        OutputsUploaded request;
        request.task = task.task;
        request.run = task.run;
        request.attempt = task.attempt;
        request.worker = w;
        request.paths = std::move(paths);
        return db(request);
    }

    TakeDoomed::Reply take_doomed(std::size_t limit = 1000)
    {
        TakeDoomed request;
        request.limit = limit;
        return db(request).value();
    }
    // Removes what may be removed; says how much that was.
    std::size_t sweep()
    {
        TakeDoomed::Reply taken = take_doomed();
        const std::size_t count = taken.rows.size();
        OutputsRemoved removed;
        removed.rows = std::move(taken.rows);
        EXPECT_TRUE(db(std::move(removed)));
        return count;
    }

    EndWorker end_of_worker(const Leased& task, EndWorker::Uploads uploads)
    {
        EndWorker request;
        request.run = task.run;
        request.name = "worker"; // see StoreContract::worker()
        request.uploads = uploads;
        request.reason = "gone";
        return request;
    }

    bool look_at_clock()
    {
        CheckClock request;
        request.offset = db.store().clock().measured(clock.wall());
        return db(request).value();
    }

    // What is left in the database, where a test can look into it.
    void expect_leaves(const std::string& count)
    {
        if (const auto probe = database->probe()) {
            EXPECT_EQ(probe->value("SELECT count(*) FROM upload_leave"), count);
        }
    }

    WorkerId w;
};

TEST_P(UploadLeaves, of_a_process_that_has_ended_are_over)
{
    RegisterWorker attached;
    attached.name = "worker";
    attached.lease = 1h;
    w = db(attached).value();
    const Leased task = uploading();

    EXPECT_TRUE(db(ReleaseWorker{w, 0s}));

    expect_leaves("0");
    EXPECT_EQ(db(Rescue{}).value(), 1u);
    EXPECT_EQ(sweep(), 1u) << "what it may have left";
}

TEST_P(UploadLeaves, are_given_for_paths_when_they_are_asked_for)
{
    submit_job(3);
    const std::vector<Leased> tasks = claim(w);
    EXPECT_EQ(db(announcement(tasks[0], {"a"}, 60s)).value().leave, 60s);
    EXPECT_EQ(db(announcement(tasks[0], {"a"}, 30s)).value().leave, 30s) << "asked again";
    EXPECT_EQ(db(announcement(tasks[1], {}, 60s)).value().leave, 0s);
    EXPECT_EQ(db(announcement(tasks[2], {"b"}, 0s)).value().leave, 0s);
    expect_leaves("1");
}

TEST_P(UploadLeaves, end_with_the_uploads)
{
    const Leased task = uploading();
    ASSERT_TRUE(end_uploads(task));
    expect_leaves("0");
    EXPECT_EQ(db(extension(task)).error().code, Errc::conflict);
    ASSERT_TRUE(fail(task, w));
    EXPECT_EQ(sweep(), 1u) << "removed at once";
}

TEST_P(UploadLeaves, keep_doomed_outputs_until_they_are_over)
{
    const Leased task = uploading(60s);
    const Time end = clock.wall() + 62s;
    clock.advance(20s);
    ASSERT_TRUE(db(giving_back(task, w)));

    const TakeDoomed::Reply early = take_doomed();
    EXPECT_TRUE(early.rows.empty());
    EXPECT_EQ(early.next, end);
    clock.advance(42s - 1us);
    EXPECT_EQ(sweep(), 0u);
    clock.advance(1us);
    EXPECT_EQ(sweep(), 1u);
}

TEST_P(UploadLeaves, keep_doomed_outputs_however_the_attempt_ends)
{
    submit_job(3);
    const std::vector<Leased> tasks = claim(w);
    for (const Leased& task : tasks)
        ASSERT_TRUE(db(announcement(task, {std::to_string(task.task.value)}, 60s)));
    const RunId run = tasks[0].run;
    ASSERT_TRUE(fail(tasks[0], w));
    ASSERT_TRUE(db(Cancel{target(run, {tasks[1].task})}));
    ASSERT_TRUE(db(FailRun{run, WorkerId{}, "over"}));

    EXPECT_EQ(sweep(), 0u);
    clock.advance(62s);
    EXPECT_EQ(sweep(), 3u);
}

TEST_P(UploadLeaves, that_are_over_keep_nothing)
{
    const Leased task = uploading(60s);
    clock.advance(62s);
    ASSERT_TRUE(db(giving_back(task, w)));
    EXPECT_EQ(sweep(), 1u);
}

TEST_P(UploadLeaves, keep_the_paths_from_the_next_attempt_but_not_the_datum)
{
    const Leased first_attempt = uploading(60s);
    ASSERT_TRUE(db(giving_back(first_attempt, w)));
    const Leased second = claim_one(w);
    EXPECT_EQ(second.attempt, 2) << "it is computed again at once";
    EXPECT_EQ(db(announcement(second, {"a"}, 60s)).value().stale.size(), 1u);

    clock.advance(62s);
    ASSERT_EQ(sweep(), 1u);
    EXPECT_EQ(db(announcement(second, {"a"}, 60s)).value().leave, 60s);
    EXPECT_EQ(db(extension(first_attempt)).error().code, Errc::conflict);
}

TEST_P(UploadLeaves, are_extended_while_the_attempt_holds_the_datum)
{
    const Leased task = uploading(60s);
    clock.advance(50s);
    EXPECT_EQ(db(extension(task, 60s)).value(), 60s);
    EXPECT_TRUE(db(extension(task, 10s))) << "never shortened";
    ExtendLeave foreign = extension(task);
    foreign.worker = worker();
    EXPECT_EQ(db(foreign).error().code, Errc::conflict);
    ASSERT_TRUE(db(giving_back(task, w)));
    EXPECT_EQ(db(extension(task)).error().code, Errc::conflict);

    clock.advance(62s - 1us);
    EXPECT_EQ(sweep(), 0u);
    clock.advance(1us);
    EXPECT_EQ(sweep(), 1u);
}

TEST_P(UploadLeaves, are_not_there_to_be_extended_when_none_was_asked_for)
{
    submit_job();
    const Leased task = claim_one(w);
    ASSERT_TRUE(db(announcement(task, {"a"}, 0s)));
    EXPECT_EQ(db(extension(task)).error().code, Errc::conflict);
}

TEST_P(UploadLeaves, of_a_superseded_attempt_end_when_it_says_so)
{
    const Leased task = uploading(60s);
    ASSERT_TRUE(db(giving_back(task, w)));
    EXPECT_EQ(sweep(), 0u);
    db.take_changes();

    EXPECT_EQ(end_uploads(task).error().code, Errc::conflict);

    bool told = false;
    for (const Changes& changes : db.take_changes())
        told = told || changes.doomed_outputs;
    EXPECT_TRUE(told);
    EXPECT_EQ(take_doomed().rows.size(), 1u);
    EXPECT_EQ(end_uploads(task).error().code, Errc::conflict);
    EXPECT_EQ(take_doomed().rows.size(), 0u) << "somebody is removing them already";
}

TEST_P(UploadLeaves, do_not_hide_what_may_be_removed)
{
    submit_job(3);
    const std::vector<Leased> tasks = claim(w);
    for (const Leased& task : tasks) {
        const Micros leave = task.task == tasks[2].task ? Micros(0) : Micros(60s);
        ASSERT_TRUE(db(announcement(task, {std::to_string(task.task.value)}, leave)));
        ASSERT_TRUE(db(giving_back(task, w)));
    }

    const TakeDoomed::Reply one = take_doomed(1);

    ASSERT_EQ(one.rows.size(), 1u) << "two that wait come first";
    EXPECT_EQ(one.rows[0].task, tasks[2].task);
    EXPECT_TRUE(take_doomed(1).rows.empty());
    EXPECT_EQ(take_doomed(1).next, clock.wall() + 60s) << "its removal may have failed by then";
}

TEST_P(UploadLeaves, keep_a_silent_worker_from_being_rescued)
{
    submit_job();
    const Time start = clock.wall();
    const WorkerId silent = worker(10s);
    const Leased task = claim_one(silent);
    RegisterOutputs request = announcement(task, {"a"}, 60s);
    request.worker = silent;
    ASSERT_TRUE(db(request));

    clock.advance(62s);
    EXPECT_EQ(db(Rescue{}).value(), 0u);
    Reads::Look look;
    look.workers_after = start + 11s;
    const auto pulse = db.read([look](Reads& reads) { return reads.pulse(look); });
    EXPECT_EQ(pulse.worker_until, start + 60s) << "somebody is to look again";
    clock.advance(1us);
    EXPECT_EQ(db(Rescue{}).value(), 1u);
    EXPECT_EQ(sweep(), 1u);
}

TEST_P(UploadLeaves, end_with_a_worker_that_is_known_to_have_ended)
{
    const Leased task = uploading(60s);
    ASSERT_EQ(db(end_of_worker(task, EndWorker::Uploads::over)).value(), 1u);
    expect_leaves("0");
    EXPECT_EQ(sweep(), 1u);
}

TEST_P(UploadLeaves, stay_with_a_worker_that_is_cut_off)
{
    const Leased task = uploading(60s);
    ASSERT_EQ(db(end_of_worker(task, EndWorker::Uploads::may_go_on)).value(), 1u);
    EXPECT_EQ(claim_one(w).attempt, 2) << "its datum goes on elsewhere";
    EXPECT_EQ(sweep(), 0u);
    clock.advance(62s);
    EXPECT_EQ(sweep(), 1u);
}

TEST_P(UploadLeaves, move_with_the_clock)
{
    for (const Micros jump : {Micros(2h), Micros(-1h)}) {
        look_at_clock();
        const Leased task = uploading(60s);
        const Leased waiting = uploading(60s);
        ASSERT_TRUE(db(Cancel{target(waiting.run)}));
        clock.jump(jump);
        ASSERT_TRUE(look_at_clock());

        ASSERT_TRUE(db(Cancel{target(task.run)}));
        EXPECT_EQ(sweep(), 0u);
        clock.advance(62s - 1us);
        EXPECT_EQ(sweep(), 0u);
        clock.advance(1us);
        EXPECT_EQ(sweep(), 2u);
    }
}

TEST_P(UploadLeaves, are_counted_by_the_time_that_another_store_has_set)
{
    if (!can_be_shared())
        return;
    look_at_clock();
    submit_job();
    const Leased task = claim_one(w);
    const auto other = another_store();
    CheckClock request;
    request.offset = other->store().clock().measured(clock.wall());
    (void)(*other)(request);
    clock.jump(3h);
    request.offset = other->store().clock().measured(clock.wall());
    ASSERT_TRUE((*other)(request).value());

    ASSERT_TRUE(db(announcement(task, {"a"}, 60s))) << "this store has not seen the new time yet";
    ASSERT_TRUE((*other)(Cancel{target(task.run)}));
    clock.advance(62s - 1us);
    EXPECT_TRUE((*other)(TakeDoomed{}).value().rows.empty());
    clock.advance(1us);
    EXPECT_EQ((*other)(TakeDoomed{}).value().rows.size(), 1u);
}

TEST_P(UploadLeaves, that_ended_long_ago_are_forgotten_and_those_of_a_deleted_job_too)
{
    const Leased left = uploading(1s);
    ASSERT_TRUE(succeed(left, w));
    clock.advance(10min);
    db(Rescue{}).value();
    expect_leaves("0");

    const Leased gone = uploading(60s);
    ASSERT_TRUE(db(Cancel{target(gone.run)}));
    while (!db(DeleteRun{gone.run}).value())
        continue;
    expect_leaves("0");
}

INSTANTIATE_TEST_SUITE_P(Dialects, UploadLeaves, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::upload_leave_test
