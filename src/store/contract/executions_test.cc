// SPDX-License-Identifier: Apache-2.0
// Runs of workflows in code: what they have beside their tasks.
#include "store/contract/contract.h"

#include <fmt/format.h>

namespace sluice::executions_test {

class Executions : public StoreContract {
protected:
    static Submit run_of(std::size_t tasks, std::vector<GraphLink> links = {})
    {
        Submit request = new_run(tasks, std::move(links));
        request.run.execution = NewExecution{WorkflowId{7}, "{\"n\":1}"};
        return request;
    }

    static GraphLink link(std::uint32_t parent, std::uint32_t child)
    {
        return {parent, child, LinkCondition::not_failed, Unmet::skip};
    }

    // What stands in the database, where a test can look into it.
    void expect_in_database(const std::string& sql, const std::string& value)
    {
        if (const auto probe = database->probe()) {
            EXPECT_EQ(probe->value(sql), value) << sql;
        }
    }
    void expect_parents(TaskId task, const std::string& parents)
    {
        expect_in_database(
            fmt::format("SELECT parents FROM task WHERE id = {}", task.value), parents
        );
    }
    static std::string execution_sql(RunId run)
    {
        return fmt::format(
            "SELECT workflow_id || ' ' || coalesce(context, 'none') FROM execution WHERE run_id = "
            "{}",
            run.value
        );
    }
};

TEST_P(Executions, keep_their_workflow_and_the_initial_context)
{
    const Submitted with = submit(run_of(1));
    expect_in_database(execution_sql(with.run), "7 {\"n\":1}");
    for (const std::string empty : {"", "{}"}) {
        Submit request = run_of(1);
        request.run.execution->context = empty;
        const Submitted without = submit(request);
        expect_in_database(execution_sql(without.run), "7 none");
    }
    const Submitted undeclared = submit(new_run(1));
    expect_in_database(execution_sql(undeclared.run), "");
}

TEST_P(Executions, keep_the_order_in_which_parents_were_declared)
{
    Submit request = run_of(4, {link(0, 2), link(1, 2), link(2, 3)});
    request.tasks[2].parents.dependencies = {1, 0};
    request.tasks[3].parents = {{2}, {0, 1}};
    const std::vector<TaskId> ids = submit(std::move(request)).tasks;
    const auto id = [&](std::size_t i) { return ids.at(i).value; };
    expect_parents(ids.at(0), "NULL");
    expect_parents(ids.at(2), fmt::format("{},{}", id(1), id(0)));
    expect_parents(ids.at(3), fmt::format("{};{},{}", id(2), id(0), id(1)));
}

TEST_P(Executions, of_one_group_do_not_mix)
{
    Submit second = run_of(2, {link(0, 1)});
    second.tasks[1].parents.dependencies = {0};
    second.run.execution->workflow = WorkflowId{8};
    const auto [a, b] = db.together(run_of(3), second);
    ASSERT_TRUE(a && b);
    expect_in_database(execution_sql(a->run), "7 {\"n\":1}");
    expect_in_database(execution_sql(b->run), "8 {\"n\":1}");
    expect_parents(b->tasks.at(1), fmt::format("{}", b->tasks.at(0).value));
}

TEST_P(Executions, that_are_staged_name_parents_over_all_pieces)
{
    StageRun stage;
    stage.run = run_of(0).run;
    const RunId run = db(std::move(stage)).value().run;
    expect_in_database(execution_sql(run), "7 {\"n\":1}");

    StageTasks piece;
    piece.run = run;
    piece.tasks.assign(2, new_task());
    piece.parents = {0, 1};
    piece.tasks[1].parents.dependencies = {0};
    const std::vector<TaskId> first = db(piece).value();
    expect_parents(first.at(1), fmt::format("{}", first.at(0).value));

    piece.before = std::make_shared<const std::vector<TaskId>>(first);
    piece.parents = {1, 2};
    piece.tasks[0].parents.dependencies = {1};
    piece.tasks[1].parents = {{2, 1}, {0}};
    const std::vector<TaskId> second = db(piece).value();
    expect_parents(second.at(0), fmt::format("{}", first.at(1).value));
    expect_parents(
        second.at(1),
        fmt::format("{},{};{}", second.at(0).value, first.at(1).value, first.at(0).value)
    );
    const auto linked = [](TaskId parent, TaskId child) {
        return LinkRow{parent, child, LinkCondition::not_failed, Unmet::skip};
    };
    StageLinks links;
    links.run = run;
    links.links = {
        linked(first[0], first[1]), linked(first[1], second[0]), linked(first[1], second[1]),
        linked(second[0], second[1])};
    ASSERT_TRUE(db(std::move(links)));
    PublishRun publish;
    publish.run = run;
    ASSERT_TRUE(db(publish));
    EXPECT_EQ(drain(worker()), 4u);
    EXPECT_EQ(run_state_of(run), RunState::succeeded);
}

TEST_P(Executions, say_why_they_ended_without_a_word_before)
{
    Submit request = run_of(2);
    request.run.timeout = 10s;
    const Submitted late = submit(request);
    const Submitted canceled = submit(run_of(1));
    Target everything = target(canceled.run);
    everything.reason = "not needed";
    ASSERT_TRUE(db(Cancel{everything}));
    clock.advance(11s);
    ASSERT_TRUE(db(Expire{}));
    EXPECT_EQ(run(late.run).detail.error, "the run's timeout ran out");
    EXPECT_EQ(run(canceled.run).detail.error, "not needed");
}

TEST_P(Executions, leave_nothing_when_they_are_deleted)
{
    const Submitted kept = submit(run_of(1));
    const Submitted gone = submit(run_of(2));
    ASSERT_TRUE(db(Cancel{target(gone.run)}));
    while (!db(DeleteRun{gone.run}).value())
        continue;
    expect_in_database("SELECT count(*) FROM execution", "1");
    expect_in_database(execution_sql(kept.run), "7 {\"n\":1}");
    expect_in_database("SELECT count(*) FROM run_detail", "0");
}

INSTANTIATE_TEST_SUITE_P(Dialects, Executions, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::executions_test
