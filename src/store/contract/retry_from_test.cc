// SPDX-License-Identifier: Apache-2.0
// A task of a workflow runs again with all that depends on it.
#include "store/contract/contract.h"

#include "base/random.h"

#include <fmt/format.h>

#include <set>

namespace sluice::retry_from_test {

class RetryFrom : public StoreContract {
protected:
    static GraphLink unless_failed(std::uint32_t parent, std::uint32_t child)
    {
        return {parent, child, LinkCondition::not_failed, Unmet::skip};
    }
    static GraphLink whatever(std::uint32_t parent, std::uint32_t child)
    {
        return {parent, child, LinkCondition::always, Unmet::skip};
    }

    // Tasks "0", "1", …
    static Submit workflow(std::size_t tasks, std::vector<GraphLink> links)
    {
        Submit request = new_run(tasks, std::move(links));
        for (std::size_t i = 0; i < tasks; ++i)
            request.tasks[i].name = std::to_string(i);
        return request;
    }

    RetryTasks from(const Submitted& submitted, const std::vector<std::size_t>& tasks)
    {
        RetryTasks request;
        request.target = target(submitted.run);
        for (const std::size_t task : tasks)
            request.target.tasks.push_back(submitted.tasks.at(task));
        request.from = RetryTasks::From::descendants;
        return request;
    }
    Result<Affected> retry_from(const Submitted& submitted, std::size_t task)
    {
        return db(from(submitted, {task}));
    }

    // A large run of two tasks, one after the other.
    std::pair<RunId, std::vector<TaskId>> staged_pair()
    {
        StageRun stage;
        stage.run = new_run(0).run;
        const RunId id = db(std::move(stage)).value().run;
        StageTasks piece;
        piece.run = id;
        piece.tasks.assign(2, new_task());
        piece.parents = {0, 1};
        const std::vector<TaskId> ids = db(piece).value();
        StageLinks links;
        links.run = id;
        links.links = {{ids[0], ids[1], LinkCondition::not_failed, Unmet::skip}};
        EXPECT_TRUE(db(std::move(links)));
        PublishRun publish;
        publish.run = id;
        EXPECT_TRUE(db(publish));
        return {id, ids};
    }

    const WorkerId w = worker(1000h);
};

TEST_P(RetryFrom, a_task_also_one_that_succeeded_brings_back_all_behind_it)
{
    const Submitted submitted = submit(workflow(
        5, {unless_failed(0, 1), unless_failed(1, 2), unless_failed(1, 3), unless_failed(0, 4)}
    ));
    EXPECT_EQ(drain(w), 5u);
    ASSERT_EQ(run_state_of(submitted.run), RunState::succeeded);

    const Result<Affected> affected = retry_from(submitted, 1);

    ASSERT_TRUE(affected);
    EXPECT_EQ(affected->final, 3);
    EXPECT_EQ(
        states(submitted.tasks), (std::vector<TaskState>{
                                     TaskState::succeeded, TaskState::pending, TaskState::waiting,
                                     TaskState::waiting, TaskState::succeeded})
    );
    const RunRow row = run(submitted.run).row;
    EXPECT_EQ(row.state, RunState::active);
    EXPECT_EQ(row.finished_at, std::nullopt);
    EXPECT_EQ(row.counts, (RunCounts{5, 2, 0, 0, 0}));
    const Leased again = claim_one(w);
    EXPECT_EQ(again.task, submitted.tasks[1]);
    EXPECT_EQ(again.attempt, 2);
    const std::vector<AttemptRow> log = attempts(again.task);
    ASSERT_EQ(log.size(), 1u);
    EXPECT_EQ(log[0].end, AttemptEnd::returned);
    EXPECT_EQ(log[0].error, "succeeded, and is to run again");
    ASSERT_TRUE(succeed(again, w));
    EXPECT_EQ(drain(w), 2u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
    EXPECT_EQ(events(submitted.run), std::vector<std::string>{"retry by ada: because"});
}

TEST_P(RetryFrom, a_task_gives_all_their_tries_and_recoveries_back)
{
    Submit request = workflow(2, {unless_failed(0, 1)});
    request.tasks[1].retry.tries_max = 2;
    const Submitted submitted = submit(std::move(request));
    ASSERT_TRUE(succeed(claim_one(w), w));
    const WorkerId mortal = worker(1s);
    (void)claim_one(mortal);
    clock.advance(4s);
    ASSERT_EQ(db(Rescue{}).value(), 1u);
    ASSERT_EQ(fail(claim_one(w), w)->state, TaskState::pending); // with one try left
    ASSERT_TRUE(retry_from(submitted, 0));
    EXPECT_EQ(state(submitted.tasks[1]), TaskState::waiting) << "its parent comes first";
    ASSERT_TRUE(succeed(claim_one(w), w));
    EXPECT_EQ(task(submitted.tasks[1]).place->rescues, 0);
    const Leased again = claim_one(w);
    EXPECT_EQ(again.attempt, 3);
    EXPECT_EQ(again.tries, 0);
    EXPECT_EQ(fail(again, w)->state, TaskState::pending);
    EXPECT_EQ(drain(w), 1u);
    EXPECT_EQ(attempts(submitted.tasks[1]).size(), 3u);
}

TEST_P(RetryFrom, what_is_about_to_start_waits_again)
{
    Submit request = workflow(4, {unless_failed(0, 1), unless_failed(0, 2), unless_failed(0, 3)});
    const Submitted submitted = submit(std::move(request));
    ASSERT_TRUE(succeed(claim_one(w), w));
    ASSERT_TRUE(db(Pause{target(submitted.run, {submitted.tasks[2]})}));
    GiveBack later = giving_back(claim_one(w), w);
    later.again_after = 1h;
    ASSERT_TRUE(db(later)); // pending, not now: task 1

    const Result<Affected> affected = retry_from(submitted, 0);

    EXPECT_EQ(affected->final, 1);
    EXPECT_EQ(affected->pending, 2);
    EXPECT_EQ(affected->paused, 1);
    EXPECT_EQ(
        states(submitted.tasks),
        (std::vector<TaskState>{
            TaskState::pending, TaskState::waiting, TaskState::paused, TaskState::waiting})
    );
    EXPECT_EQ(violations(), "");
    const std::vector<Leased> claimed = claim(w);
    ASSERT_EQ(claimed.size(), 1u);
    ASSERT_TRUE(db(Resume{target(submitted.run, {submitted.tasks[2]})}));
    EXPECT_EQ(state(submitted.tasks[2]), TaskState::waiting);
    ASSERT_TRUE(succeed(claimed[0], w));
    EXPECT_EQ(drain(w), 2u);
    clock.advance(1h);
    ASSERT_TRUE(db(Tick{}));
    EXPECT_EQ(drain(w), 1u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
}

TEST_P(RetryFrom, what_waits_still_waits_for_what_runs_again_too)
{
    const Submitted submitted = submit(workflow(3, {unless_failed(0, 2), unless_failed(1, 2)}));
    ASSERT_TRUE(succeed(claim_one(w), w));
    ASSERT_TRUE(retry_from(submitted, 0));
    EXPECT_EQ(task(submitted.tasks[2]).need->unfinished, 2);
    EXPECT_EQ(drain(w), 3u);
}

TEST_P(RetryFrom, nothing_starts_while_something_behind_runs)
{
    const Submitted submitted =
        submit(workflow(4, {unless_failed(0, 1), unless_failed(0, 2), unless_failed(1, 3)}));
    ASSERT_TRUE(succeed(claim_one(w), w));
    const Leased running = claim_one(w);
    ASSERT_EQ(running.task, submitted.tasks[1]);
    const std::vector<TaskState> before = states(submitted.tasks);

    for (const std::size_t task : {0u, 1u}) {
        const Result<Affected> refused = retry_from(submitted, task);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::conflict);
    }
    EXPECT_EQ(retry_from(submitted, 0).error().detail, "task '1' is running");
    EXPECT_EQ(
        retry_from(submitted, 1).error().detail, "'retry' is not possible: the task is Running"
    );
    EXPECT_EQ(states(submitted.tasks), before);
    EXPECT_TRUE(events(submitted.run).empty());
    ASSERT_TRUE(succeed(running, w));
    EXPECT_EQ(drain(w), 2u);
}

TEST_P(RetryFrom, what_is_not_final_there_is_nothing_to_retry)
{
    const Submitted submitted = submit(workflow(2, {unless_failed(0, 1)}));
    EXPECT_EQ(
        retry_from(submitted, 0).error().detail, "'retry' is not possible: the task is Ready"
    );
    EXPECT_EQ(
        retry_from(submitted, 1).error().detail, "'retry' is not possible: the task is NotStarted"
    );
    RetryTasks unknown = from(submitted, {});
    unknown.target.tasks = {TaskId{4711}};
    EXPECT_EQ(db(unknown).error().code, Errc::not_found);
    EXPECT_EQ(db(from(submitted, {})).error().code, Errc::invalid);
    Submit job = new_run(1);
    job.run.kind = RunKind::job;
    EXPECT_EQ(retry_from(submit(std::move(job)), 0).error().code, Errc::invalid);
}

TEST_P(RetryFrom, a_paused_run_is_resumed_first)
{
    const Submitted submitted =
        submit(workflow(4, {unless_failed(0, 1), unless_failed(1, 2), unless_failed(2, 3)}));
    ASSERT_TRUE(succeed(claim_one(w), w));
    const Leased running = claim_one(w);
    ASSERT_TRUE(db(Pause{target(submitted.run)}));
    for (const bool has_ended : {false, true}) {
        if (has_ended) {
            ASSERT_TRUE(succeed(running, w));
        }
        const std::vector<TaskState> before = states(submitted.tasks);
        const Result<Affected> refused = retry_from(submitted, 0);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error(), (Error{Errc::conflict, "the run is paused: resume it first"}));
        EXPECT_EQ(states(submitted.tasks), before);
        EXPECT_TRUE(claim(w).empty());
    }
    ASSERT_TRUE(db(Resume{target(submitted.run)}));
    EXPECT_EQ(retry_from(submitted, 0)->final, 2);
    EXPECT_EQ(drain(w), 4u);
}

TEST_P(RetryFrom, a_task_whose_parent_forbids_it_is_refused)
{
    const Submitted submitted = submit(workflow(3, {unless_failed(0, 1), unless_failed(1, 2)}));
    ASSERT_TRUE(fail(claim_one(w), w));
    ASSERT_EQ(state(submitted.tasks[1]), TaskState::skipped);
    const Result<Affected> refused = retry_from(submitted, 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_EQ(
        refused.error().detail, "task '1' cannot start: dependency '0' failed: retry that one"
    );
    EXPECT_EQ(db(from(submitted, {0, 1}))->final, 2) << "it is behind the other one";
    EXPECT_EQ(drain(w), 3u);
}

TEST_P(RetryFrom, parents_that_stay_say_again_what_they_said)
{
    // 0 and 1 are parents of 2, which is skipped because of 1; 3 runs whatever 2 did.
    const Submitted submitted = submit(
        workflow(5, {unless_failed(0, 2), unless_failed(1, 2), whatever(2, 3), unless_failed(0, 4)})
    );
    const std::vector<Leased> roots = claim(w);
    ASSERT_TRUE(succeed(roots.at(0), w));
    ASSERT_TRUE(fail(roots.at(1), w));
    EXPECT_EQ(drain(w), 2u);
    ASSERT_EQ(run(submitted.run).row.counts, (RunCounts{5, 3, 1, 0, 1}));
    clock.advance(1s);

    EXPECT_EQ(retry_from(submitted, 0)->final, 4);

    const Reads::Task skipped = task(submitted.tasks[2]);
    EXPECT_EQ(skipped.state, TaskState::skipped);
    EXPECT_EQ(skipped.done->error, "dependency '1' failed");
    EXPECT_EQ(skipped.done->finished_at, clock.wall()) << "it has ended again";
    EXPECT_EQ(state(submitted.tasks[3]), TaskState::pending) << "it waits for that one alone";
    EXPECT_EQ(state(submitted.tasks[4]), TaskState::waiting);
    EXPECT_EQ(drain(w), 3u);
    EXPECT_EQ(run(submitted.run).row.counts, (RunCounts{5, 3, 1, 0, 1}));
    EXPECT_EQ(run_state_of(submitted.run), RunState::failed);
}

TEST_P(RetryFrom, a_final_run_gets_the_time_that_is_asked_for)
{
    Submit request = workflow(2, {unless_failed(0, 1)});
    request.run.timeout = 10s;
    const Submitted submitted = submit(std::move(request));
    ASSERT_TRUE(succeed(claim_one(w), w));
    RetryTasks again = from(submitted, {0});
    again.run_timeout = 1h;
    const Time end = *run(submitted.run).row.expires_at;
    ASSERT_TRUE(db(again));
    EXPECT_EQ(run(submitted.run).row.expires_at, end) << "it was not over";
    clock.advance(10s);
    ASSERT_EQ(db(Expire{}).value(), 1u);
    ASSERT_EQ(run(submitted.run).detail.error, "the run's timeout ran out");

    ASSERT_TRUE(db(again));

    EXPECT_EQ(run(submitted.run).row.expires_at, clock.wall() + 1h);
    EXPECT_EQ(run(submitted.run).detail.error, "");
    EXPECT_EQ(drain(w), 2u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
    ASSERT_TRUE(retry_from(submitted, 1));
    EXPECT_EQ(run(submitted.run).row.expires_at, std::nullopt);
    EXPECT_EQ(drain(w), 1u);
}

TEST_P(RetryFrom, of_the_group_that_ended_the_task_leaves_no_end_behind)
{
    db.store().tell_ends();
    const Submitted submitted = submit(workflow(2, {unless_failed(0, 1)}));
    ASSERT_TRUE(succeed(claim_one(w), w));
    const Leased last = claim_one(w);
    (void)db.take_changes();
    const auto [ended, again] = db.together(success_of(last, w), from(submitted, {1}));
    ASSERT_TRUE(ended && again);
    for (const Changes& changes : db.take_changes()) {
        EXPECT_TRUE(changes.ends.empty());
        EXPECT_TRUE(changes.ended_runs.empty());
        EXPECT_TRUE(changes.final_runs.empty());
    }
    EXPECT_EQ(run_state_of(submitted.run), RunState::active);
    EXPECT_EQ(drain(w), 1u);
}

TEST_P(RetryFrom, a_large_run_opens_its_queues_again)
{
    const auto [id, ids] = staged_pair();
    ASSERT_TRUE(succeed(claim_one(w), w));
    ASSERT_TRUE(db(Pause{target(id)}));
    RetryTasks again;
    again.target = target(id, {ids[0]});
    again.from = RetryTasks::From::descendants;
    EXPECT_EQ(db(again).error().detail, "the run is paused: resume it first");
    ASSERT_TRUE(db(Cancel{target(id)}));
    EXPECT_EQ(db(again).error().code, Errc::conflict) << "it is still being cleared up";
    while (db(Sweep{}).value() > 0)
        continue;
    EXPECT_EQ(db(again)->final, 2);
    EXPECT_EQ(drain(w), 2u);
    EXPECT_EQ(run_state_of(id), RunState::succeeded);
}

// Random graphs in random states, against the plain closure.
class RandomRetryFrom : public RetryFrom {
protected:
    std::size_t below(std::size_t limit) { return random->next() % limit; }

    Submit any_workflow()
    {
        const std::size_t tasks = 2 + below(9);
        std::vector<GraphLink> links;
        for (std::uint32_t child = 1; child < tasks; ++child)
            for (std::uint32_t parent = 0; parent < child; ++parent)
                if (below(3) == 0)
                    links.push_back(
                        below(3) == 0 ? whatever(parent, child) : unless_failed(parent, child)
                    );
        graph = links;
        return workflow(tasks, std::move(links));
    }

    // Some of it has happened.
    void run_for_a_while()
    {
        for (std::size_t i = below(12); i > 0; --i) {
            const std::vector<Leased> claimed = claim(w, 1);
            if (claimed.empty())
                return;
            ASSERT_TRUE(below(4) == 0 ? fail(claimed[0], w) : succeed(claimed[0], w));
        }
    }

    std::set<std::size_t> closure(std::size_t task) const
    {
        std::set<std::size_t> all{task};
        for (bool grew = true; grew;) {
            grew = false;
            for (const GraphLink& link : graph)
                if (all.contains(link.parent))
                    grew = all.insert(link.child).second || grew;
        }
        return all;
    }

    // A link from a parent that stays forbids this one.
    bool is_forbidden(
        std::size_t task, const std::set<std::size_t>& again, const std::vector<TaskState>& before
    ) const
    {
        return std::ranges::any_of(graph, [&](const GraphLink& link) {
            return link.child == task && !again.contains(link.parent) &&
                   is_final(before[link.parent]) && !is_met(link.condition, before[link.parent]);
        });
    }

    void retry_from_somewhere(const Submitted& submitted)
    {
        const std::vector<TaskState> before = states(submitted.tasks);
        const std::size_t root = below(submitted.tasks.size());
        const std::set<std::size_t> again = closure(root);
        const Result<Affected> affected = retry_from(submitted, root);
        const bool allowed = is_final(before[root]) && !is_forbidden(root, again, before);
        ASSERT_EQ(affected.has_value(), allowed) << (affected ? "" : affected.error().detail);
        const std::vector<TaskState> after = states(submitted.tasks);
        if (!allowed) {
            EXPECT_EQ(after, before);
            return;
        }
        std::int64_t final = 0;
        for (std::size_t task = 0; task < before.size(); ++task) {
            if (!again.contains(task)) {
                EXPECT_EQ(after[task], before[task]) << task;
                continue;
            }
            final += is_final(before[task]);
            expect_again(submitted, task, after[task], is_forbidden(task, again, before));
        }
        EXPECT_EQ(affected->final, final);
    }

    // It stands as if it had never ended: waiting, pending, or ended by what stays.
    void expect_again(const Submitted& submitted, std::size_t task, TaskState now, bool forbidden)
    {
        bool waits = false;
        const std::vector<TaskState> after = states(submitted.tasks);
        bool ends_by_link = false;
        for (const GraphLink& link : graph) {
            if (link.child != task)
                continue;
            waits = waits || !is_final(after[link.parent]);
            ends_by_link = ends_by_link || (is_final(after[link.parent]) &&
                                            !is_met(link.condition, after[link.parent]));
        }
        const TaskState expected = ends_by_link ? TaskState::skipped
                                   : waits      ? TaskState::waiting
                                                : TaskState::pending;
        EXPECT_EQ(now, expected) << task;
        EXPECT_TRUE(!forbidden || ends_by_link) << task;
    }

    std::optional<SeededRandom> random;
    std::vector<GraphLink> graph;
};

TEST_P(RandomRetryFrom, brings_back_exactly_what_is_behind)
{
    for (std::uint64_t seed = 1; seed <= 25 && !HasFailure(); ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        random.emplace(seed);
        const Submitted submitted = submit(any_workflow());
        for (int round = 0; round < 4; ++round) {
            run_for_a_while();
            retry_from_somewhere(submitted);
            ASSERT_EQ(violations(), "") << "round " << round;
        }
        drain(w);
        EXPECT_TRUE(is_final(run_state_of(submitted.run)));
    }
}

INSTANTIATE_TEST_SUITE_P(Dialects, RetryFrom, ::testing::ValuesIn(all_dialects), dialect_name);
INSTANTIATE_TEST_SUITE_P(
    Dialects, RandomRetryFrom, ::testing::ValuesIn(all_dialects), dialect_name
);

} // namespace sluice::retry_from_test
