// SPDX-License-Identifier: Apache-2.0
// What travels with a commit, so that who has made it need not read it.
#include "store/contract/contract.h"

namespace sluice::ends_test {

class Ends : public StoreContract {
protected:
    // Since the last call.
    struct Told {
        std::vector<SharedEnd> tasks;
        std::vector<EndedRun> runs;
    };
    static Told told(testing::Driver& store)
    {
        Told all;
        for (const Changes& changes : store.take_changes()) {
            all.tasks.insert(all.tasks.end(), changes.ends.begin(), changes.ends.end());
            all.runs.insert(all.runs.end(), changes.ended_runs.begin(), changes.ended_runs.end());
        }
        return all;
    }
    Told told() { return told(db); }

    static GraphLink unless_failed(std::uint32_t parent, std::uint32_t child)
    {
        return {parent, child, LinkCondition::not_failed, Unmet::skip};
    }

    const WorkerId w = worker(1h);
};

TEST_P(Ends, are_told_as_they_were_written)
{
    db.store().tell_ends();
    const Submitted submitted = submit(new_run(2, {unless_failed(0, 1)}));
    (void)told();
    ASSERT_TRUE(succeed(claim_one(w), w));
    const Told first = told();
    ASSERT_EQ(first.tasks.size(), 1u);
    EXPECT_TRUE(first.runs.empty());
    const DoneRow& end = *first.tasks[0];
    const DoneRow written = *task(submitted.tasks[0]).done;
    EXPECT_EQ(end.task, submitted.tasks[0]);
    EXPECT_EQ(end.run, submitted.run);
    EXPECT_EQ(end.outcome, TaskState::succeeded);
    EXPECT_EQ(end.attempt, written.attempt);
    EXPECT_EQ(end.result, written.result);
    EXPECT_EQ(end.finished_at, written.finished_at);

    ASSERT_TRUE(succeed(claim_one(w), w));
    const Told last = told();
    ASSERT_EQ(last.tasks.size(), 1u);
    ASSERT_EQ(last.runs.size(), 1u);
    EXPECT_EQ(last.runs[0].row.id, submitted.run);
    EXPECT_EQ(last.runs[0].row.state, RunState::succeeded);
    EXPECT_EQ(last.runs[0].row.counts, (RunCounts{2, 2, 0, 0, 0}));
    EXPECT_EQ(last.runs[0].row.finished_at, clock.wall());
    EXPECT_EQ(last.runs[0].error, "");
}

TEST_P(Ends, are_told_to_those_who_ask)
{
    submit(new_run(1));
    ASSERT_TRUE(succeed(claim_one(w), w));
    const Told nothing = told();
    EXPECT_TRUE(nothing.tasks.empty() && nothing.runs.empty());
}

TEST_P(Ends, of_what_follows_from_a_failure_are_told_too)
{
    db.store().tell_ends();
    Submit request = new_run(2, {unless_failed(0, 1)});
    request.tasks[0].retry.tries_max = 2;
    const Submitted submitted = submit(std::move(request));
    ASSERT_TRUE(fail(claim_one(w), w));
    EXPECT_TRUE(told().tasks.empty()) << "it is tried again";
    ASSERT_TRUE(fail(claim_one(w), w));
    Told both = told();
    ASSERT_EQ(both.tasks.size(), 2u);
    std::ranges::sort(both.tasks, {}, [](const SharedEnd& end) { return end->task; });
    EXPECT_EQ(both.tasks[0]->outcome, TaskState::failed);
    EXPECT_EQ(both.tasks[0]->error, "it broke");
    EXPECT_EQ(both.tasks[1]->outcome, TaskState::skipped);
    EXPECT_EQ(both.tasks[1]->error, "dependency 'task' failed");
    ASSERT_EQ(both.runs.size(), 1u);
    EXPECT_EQ(both.runs[0].row.state, RunState::failed);
}

TEST_P(Ends, of_runs_that_were_stopped_say_why)
{
    db.store().tell_ends();
    const Submitted canceled = submit(new_run(2));
    Submit request = new_run(1);
    request.run.timeout = 5s;
    submit(std::move(request));
    (void)told();
    ASSERT_TRUE(db(Cancel{target(canceled.run)}));
    const Told first = told();
    EXPECT_EQ(first.tasks.size(), 2u);
    ASSERT_EQ(first.runs.size(), 1u);
    EXPECT_EQ(first.runs[0].row.state, RunState::canceled);
    EXPECT_EQ(first.runs[0].error, "because");

    clock.advance(6s);
    ASSERT_TRUE(db(Expire{}));
    const Told second = told();
    ASSERT_EQ(second.runs.size(), 1u);
    EXPECT_EQ(second.runs[0].row.ending, RunEnding::timed_out);
    EXPECT_EQ(second.runs[0].error, "the run's timeout ran out");
}

TEST_P(Ends, of_other_runs_are_not_told)
{
    db.store().tell_ends();
    Submit request = new_run(1);
    request.run.kind = RunKind::job;
    submit(std::move(request));
    ASSERT_TRUE(succeed(claim_one(w), w));
    const Told nothing = told();
    EXPECT_TRUE(nothing.tasks.empty() && nothing.runs.empty());
}

TEST_P(Ends, that_another_process_has_written_are_to_be_read)
{
    if (!can_be_shared())
        return;
    const auto other = another_store();
    other->store().tell_ends();
    submit(new_run(1));
    ASSERT_TRUE(succeed(claim_one(w), w));
    const Told nothing = told(*other);
    EXPECT_TRUE(nothing.tasks.empty() && nothing.runs.empty());
}

INSTANTIATE_TEST_SUITE_P(Dialects, Ends, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::ends_test
