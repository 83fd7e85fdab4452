// SPDX-License-Identifier: Apache-2.0
// The feed of changes and the tally of each group (docs/decisions/0006).
#include "store/contract/service_contract.h"

namespace sluice::feed_test {

class Feed : public ServiceContract {
protected:
    using Step = std::pair<std::optional<TaskState>, TaskState>;

    static constexpr TaskState W = TaskState::waiting;
    static constexpr TaskState P = TaskState::pending;
    static constexpr TaskState X = TaskState::claimed;
    static constexpr TaskState R = TaskState::running;
    static constexpr TaskState H = TaskState::paused;
    static constexpr TaskState S = TaskState::succeeded;
    static constexpr TaskState F = TaskState::failed;
    static constexpr TaskState C = TaskState::canceled;

    std::vector<ChangeRow> changes(std::int64_t after = 0)
    {
        std::vector<ChangeRow> rows =
            db.read([after](Reads& reads) { return reads.service().changes(after, 1000); });
        std::erase_if(rows, [](const ChangeRow& row) { return row.moves.empty(); }); // the first
        return rows;
    }

    // What the feed says of a task, from its creation on.
    std::vector<Step> steps(TaskId task)
    {
        std::vector<Step> found;
        for (const ChangeRow& change : changes())
            for (const Move& move : change.moves)
                if (move.task == task)
                    found.emplace_back(move.from, move.to);
        return found;
    }

    void end(const Leased& leased, TaskState outcome)
    {
        UpdateTask update = update_of(leased);
        update.end = outcome;
        update.failure_reason = "broken";
        ASSERT_TRUE(db(update));
    }
};

TEST_P(Feed, tells_the_whole_life_of_a_task)
{
    const WorkerId w = worker(1h);
    const Submitted run =
        submit(new_batch({service_task(), service_task()}, {{0, 1, LinkCondition::on_success}}));
    const Leased leased = claim_for_target(w);
    ASSERT_TRUE(accept(leased, w));
    end(leased, S);
    EXPECT_EQ(steps(run.tasks[0]), (std::vector<Step>{{std::nullopt, P}, {P, X}, {X, R}, {R, S}}));
    EXPECT_EQ(steps(run.tasks[1]), (std::vector<Step>{{std::nullopt, W}, {W, P}}));
}

TEST_P(Feed, tells_pauses_failures_and_stops)
{
    const WorkerId w = worker(1h);
    const Submitted run = submit(new_batch(std::vector<NewTask>(3, service_task())));
    const TaskId first = run.tasks[0];
    ASSERT_TRUE(db(Pause{target(run.run, {first})}));
    ASSERT_TRUE(db(Resume{target(run.run, {first})}));
    const Leased leased = claim_for_target(w);
    ASSERT_TRUE(accept(leased, w));
    ASSERT_TRUE(db(Pause{target(run.run, {first})}));
    ASSERT_TRUE(db(Resume{target(run.run, {first})}));
    end(leased, F);
    ASSERT_TRUE(db(RetryTasks{target(run.run, {first})}));
    ASSERT_TRUE(db(Cancel{target(run.run)}));
    EXPECT_EQ(
        steps(first), (std::vector<Step>{
                          {std::nullopt, P},
                          {P, H},
                          {H, P},
                          {P, X},
                          {X, R},
                          {R, H},
                          {H, R},
                          {R, F},
                          {F, P},
                          {P, C}})
    );
    EXPECT_EQ(steps(run.tasks[1]), (std::vector<Step>{{std::nullopt, P}, {P, C}}));
}

TEST_P(Feed, tells_nothing_of_jobs_and_executions)
{
    const WorkerId w = worker();
    submit(new_run(2));
    Submit job = new_run(2);
    job.run.kind = RunKind::job;
    submit(std::move(job));
    EXPECT_EQ(drain(w), 4U);
    EXPECT_TRUE(changes().empty());
}

TEST_P(Feed, can_be_read_on_from_any_of_its_rows)
{
    submit(new_batch(1));
    const std::int64_t seen = db.read([](Reads& reads) { return reads.service().newest_change(); });
    submit(new_batch(2));
    const std::vector<ChangeRow> later = changes(seen);
    ASSERT_EQ(later.size(), 1U);
    EXPECT_EQ(later[0].moves.size(), 2U);
    EXPECT_GT(later[0].id, seen);
    const auto has = [&](std::int64_t id) {
        return db.read([id](Reads& reads) { return reads.service().has_change(id); });
    };
    EXPECT_TRUE(has(seen));
    EXPECT_FALSE(has(later[0].id + 1));
}

TEST_P(Feed, keeps_an_hour)
{
    submit(new_batch(1));
    const std::int64_t old = changes().front().id;
    clock.advance(61min);
    for (int i = 0; i < 130; ++i)
        submit(new_batch(1));
    EXPECT_GT(changes().front().id, old);
    EXPECT_EQ(changes().size(), 130U) << "those of the last hour are all there";
}

TEST_P(Feed, labels_its_tasks)
{
    const Submitted run = submit(new_batch({service_task()}));
    const auto labels =
        db.read([ids = run.tasks](Reads& reads) { return reads.service().labels(ids); });
    ASSERT_EQ(labels.size(), 1U);
    EXPECT_EQ(labels[0].task, run.tasks[0]);
    EXPECT_EQ(labels[0].run, run.run);
    EXPECT_EQ(labels[0].kind, "build");
    EXPECT_EQ(labels[0].name, "name");
    EXPECT_EQ(labels[0].run_created_at, run.created_at);
}

TEST_P(Feed, figures_count_all_tasks_by_state)
{
    const WorkerId w = worker(1h);
    const Submitted run = submit(new_batch(
        std::vector<NewTask>(5, service_task({.success = 1})),
        {{0, 1, LinkCondition::on_success, Unmet::fail}}
    ));
    submit(new_run(3));
    const Leased leased = claim_for_target(w);
    ASSERT_TRUE(accept(leased, w));
    ASSERT_TRUE(db(Pause{target(run.run, {run.tasks[2]})}));
    ASSERT_TRUE(db(Cancel{target(run.run, {run.tasks[3]})}));
    const TaskFigures figures = db.read([](Reads& reads) { return reads.service().figures(); });
    const decltype(figures.by_state) expected{1, 1, 0, 1, 1, 0, 0, 1, 0};
    EXPECT_EQ(figures.by_state, expected);
    ASSERT_EQ(figures.running_by_kind.size(), 1U);
    EXPECT_EQ(figures.running_by_kind[0], std::pair(std::string("build"), std::int64_t{1}));
    end(leased, S);
    EXPECT_EQ(
        db.read([](Reads& reads) { return reads.service().figures(); }).deliveries_pending, 1
    );
}

INSTANTIATE_TEST_SUITE_P(Dialects, Feed, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::feed_test
