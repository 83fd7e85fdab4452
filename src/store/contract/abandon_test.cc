// SPDX-License-Identifier: Apache-2.0
// What nobody can run fails for good; what workers say of themselves, by which one finds out.
#include "store/contract/contract.h"

namespace sluice::abandon_test {

class AbandonedTasks : public StoreContract {
protected:
    static constexpr std::string_view reason = "ABANDONED: no process knows workflow 'x'";

    // Tasks that would be tried many times.
    static Submit run_in(const std::string& queue, std::size_t tasks)
    {
        Submit request = new_run(tasks);
        request.run.queues = {queue};
        for (NewTask& task : request.tasks)
            task.retry.tries_max = 10;
        return request;
    }

    std::size_t
    abandon(std::vector<std::string> queues, std::vector<TaskId> named = {}, std::size_t most = 100)
    {
        Abandon request;
        request.queues = std::move(queues);
        request.named = std::move(named);
        request.reason = reason;
        request.limit = most;
        return db(std::move(request)).value();
    }

    const WorkerId w = worker(1000h);
};

TEST_P(AbandonedTasks, fail_with_the_reason_and_are_not_tried_again)
{
    const Submitted unknown = submit(run_in("x", 2));
    const Submitted known = submit(run_in("y", 1));
    EXPECT_EQ(abandon({"x"}), 2u);
    EXPECT_EQ(run_state_of(unknown.run), RunState::failed);
    EXPECT_EQ(run(unknown.run).row.counts, (RunCounts{2, 0, 2, 0, 0}));
    const DoneRow done = *task(unknown.tasks[1]).done;
    EXPECT_EQ(done.error, reason);
    EXPECT_EQ(done.attempt, 0);
    EXPECT_EQ(state(known.tasks[0]), TaskState::pending);
    EXPECT_EQ(abandon({"x"}), 0u);
}

TEST_P(AbandonedTasks, take_along_what_depends_on_them)
{
    const auto unless_failed = [](std::uint32_t parent, std::uint32_t child) {
        return GraphLink{parent, child, LinkCondition::not_failed, Unmet::skip};
    };
    Submit request = new_run(3, {unless_failed(0, 1), unless_failed(0, 2)});
    request.links[1].condition = LinkCondition::always;
    request.tasks[0].name = "extract";
    const Submitted submitted = submit(std::move(request));
    EXPECT_EQ(abandon({"q"}), 1u);
    EXPECT_EQ(state(submitted.tasks[1]), TaskState::skipped);
    EXPECT_EQ(task(submitted.tasks[1]).done->error, "dependency 'extract' failed");
    EXPECT_EQ(state(submitted.tasks[2]), TaskState::pending)
        << "it starts, whatever its parent did";
}

TEST_P(AbandonedTasks, are_none_that_wait_are_paused_or_have_a_lease)
{
    const Submitted submitted = submit(new_run(4, {{0, 3}}));
    const Leased leased = claim_one(w);
    ASSERT_TRUE(db(Pause{target(submitted.run, {submitted.tasks[1]})}));
    const std::vector<TaskState> before = states(submitted.tasks);
    EXPECT_EQ(abandon({"q"}, {submitted.tasks[0], submitted.tasks[1], submitted.tasks[3]}), 1u);
    EXPECT_EQ(state(submitted.tasks[0]), before[0]);
    EXPECT_EQ(state(submitted.tasks[1]), TaskState::paused);
    EXPECT_EQ(state(submitted.tasks[2]), TaskState::failed);
    EXPECT_EQ(state(submitted.tasks[3]), TaskState::waiting);
    EXPECT_TRUE(succeed(leased, w));
}

TEST_P(AbandonedTasks, are_named_when_they_come_back_only_later)
{
    const Submitted submitted = submit(new_run(2));
    GiveBack unknown = giving_back(claim_one(w), w);
    unknown.again_after = 60s;
    ASSERT_TRUE(db(unknown));
    EXPECT_EQ(abandon({"x"}), 0u);
    EXPECT_EQ(abandon({}, {submitted.tasks[0], TaskId{4711}}), 1u);
    EXPECT_EQ(task(submitted.tasks[0]).done->error, reason);
    EXPECT_EQ(state(submitted.tasks[1]), TaskState::pending);
}

TEST_P(AbandonedTasks, of_a_queue_are_those_that_are_due)
{
    Submit request = run_in("x", 2);
    request.tasks[1].run_at = clock.wall() + 1h;
    const Submitted submitted = submit(std::move(request));
    EXPECT_EQ(abandon({"x"}), 1u);
    EXPECT_EQ(state(submitted.tasks[1]), TaskState::pending) << "somebody may know it by then";
}

TEST_P(AbandonedTasks, are_no_more_than_was_asked_for)
{
    const Submitted submitted = submit(run_in("x", 5));
    EXPECT_EQ(abandon({"x"}, {submitted.tasks[4], submitted.tasks[3], submitted.tasks[2]}, 2), 2u);
    EXPECT_EQ(state(submitted.tasks[2]), TaskState::failed);
    EXPECT_EQ(state(submitted.tasks[3]), TaskState::failed);
    EXPECT_EQ(abandon({"x", "y"}, {}, 2), 2u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::active);
    EXPECT_EQ(abandon({"x"}, {}, 2), 1u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::failed);
}

TEST_P(AbandonedTasks, of_large_runs_are_found_unless_these_are_paused)
{
    StageRun stage;
    stage.run = run_in("x", 0).run;
    const RunId id = db(std::move(stage)).value().run;
    StageTasks piece;
    piece.run = id;
    piece.tasks.assign(3, new_task());
    ASSERT_TRUE(db(piece));
    EXPECT_EQ(abandon({"x"}), 0u) << "nobody sees it yet";
    PublishRun publish;
    publish.run = id;
    ASSERT_TRUE(db(publish));
    ASSERT_TRUE(db(Pause{target(id)}));
    EXPECT_EQ(abandon({"x"}), 0u);
    ASSERT_TRUE(db(Resume{target(id)}));
    EXPECT_EQ(abandon({"x"}), 3u);
    EXPECT_EQ(run_state_of(id), RunState::failed);
}

TEST_P(AbandonedTasks, have_ends_that_are_told)
{
    db.store().tell_ends();
    const Submitted submitted = submit(run_in("x", 1));
    (void)db.take_changes();
    EXPECT_EQ(abandon({"x"}), 1u);
    std::vector<std::string> errors;
    std::vector<RunId> final_runs;
    for (const Changes& changes : db.take_changes()) {
        for (const SharedEnd& end : changes.ends)
            errors.push_back(end->error);
        final_runs.insert(final_runs.end(), changes.final_runs.begin(), changes.final_runs.end());
    }
    EXPECT_EQ(errors, std::vector<std::string>{std::string(reason)});
    EXPECT_EQ(final_runs, std::vector<RunId>{submitted.run});
}

INSTANTIATE_TEST_SUITE_P(Dialects, AbandonedTasks, ::testing::ValuesIn(all_dialects), dialect_name);

class DescribedWorkers : public StoreContract {
protected:
    WorkerRow row_of(WorkerId id)
    {
        for (const WorkerRow& row : db.read([](Reads& reads) { return reads.workers(); }))
            if (row.id == id)
                return row;
        return {};
    }
};

TEST_P(DescribedWorkers, say_what_they_serve_and_how_busy_they_are)
{
    const WorkerId silent = worker();
    const WorkerId told = worker();
    EXPECT_TRUE(db(DescribeWorker{told, R"(["workflow/*"])", R"({"places":4})"}));
    EXPECT_EQ(row_of(told).serves, R"(["workflow/*"])");
    EXPECT_EQ(row_of(told).load, R"({"places":4})");
    EXPECT_EQ(row_of(silent).serves, "");
    EXPECT_EQ(row_of(silent).load, "");
}

TEST_P(DescribedWorkers, have_the_last_word_of_a_group)
{
    const WorkerId a = worker();
    const WorkerId b = worker();
    const auto [first, second, third] = db.together(
        DescribeWorker{b, "[1]", "{}"}, DescribeWorker{a, "[2]", "{}"},
        DescribeWorker{b, "[3]", "{}"}
    );
    EXPECT_TRUE(first && second && third);
    EXPECT_EQ(row_of(a).serves, "[2]");
    EXPECT_EQ(row_of(b).serves, "[3]");
}

TEST_P(DescribedWorkers, must_be_registered)
{
    EXPECT_EQ(db(DescribeWorker{WorkerId{77}, "[]", "{}"}).error().code, Errc::not_found);
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, DescribedWorkers, ::testing::ValuesIn(all_dialects), dialect_name
);

} // namespace sluice::abandon_test
