// SPDX-License-Identifier: Apache-2.0
#include "workflows/inputs.h"

#include "workflows/body_testing.h"

namespace sluice::inputs_test {
namespace {

using namespace std::chrono_literals;
using testing::AttemptPtr;

// Inputs of tasks that a worker of the test has claimed.
class InputsTest : public testing::BodyTest {
protected:
    void add_task(std::string id, std::vector<std::string> dependencies = {})
    {
        add(sluice::task(std::move(id), std::move(dependencies)), [](const AttemptPtr&) {});
    }
    void add_ruled(std::string id, std::vector<std::string> dependencies, TriggerRule rule)
    {
        WorkflowTask task = sluice::task(std::move(id), std::move(dependencies));
        task.rule = std::move(rule);
        add(std::move(task), [](const AttemptPtr&) {});
    }

    Leased claim()
    {
        if (!worker.value)
            worker = register_worker();
        return claim_for(worker);
    }

    Finish report(const Leased& task) const
    {
        Finish finish;
        finish.task = task.task;
        finish.run = task.run;
        finish.attempt = task.attempt;
        finish.worker = worker;
        return finish;
    }

    // The next task that can be claimed has this output.
    Leased succeed(std::string output)
    {
        Leased task = claim();
        Finish finish = report(task);
        finish.result = std::move(output);
        EXPECT_TRUE(db(std::move(finish)));
        return task;
    }
    void fail()
    {
        Finish finish = report(claim());
        finish.failure = FailureKind::reported;
        finish.error = "broken";
        EXPECT_TRUE(db(std::move(finish)));
    }

    Result<InputParts> read(const Leased& task) { return testing::await(loop, inputs.read(task)); }
    Result<Input> made(const Leased& task)
    {
        const std::vector<std::string> names = {"a", "b", "c"};
        return make_input(read(task).value(), names);
    }
    std::string text(const Leased& task) { return made(task).value().text; }

    WorkerId worker;
    Inputs inputs{db.store(), cache};
};

TEST_F(InputsTest, a_task_without_dependencies_is_given_the_initial_context_as_it_is_stored)
{
    add_task("a");
    run(R"({"n": 1 })");
    EXPECT_EQ(text(claim()), R"({"n": 1 })");
}

TEST_F(InputsTest, the_empty_context_is_an_empty_object)
{
    add_task("a");
    add_task("b", {"a"});
    run();
    const Leased a = claim();
    EXPECT_EQ(text(a), "{}");
    EXPECT_TRUE(db(report(a)));
    EXPECT_EQ(text(claim()), "{}");
}

TEST_F(InputsTest, what_was_read_once_is_known)
{
    add_task("a");
    add_task("b", {"a"});
    const Submitted submitted = run(R"({"n":1})");
    const Leased a = claim();
    EXPECT_FALSE(inputs.known(a));
    EXPECT_EQ(read(a).value().run_created_at, submitted.created_at);
    ASSERT_TRUE(inputs.known(a));
    EXPECT_EQ(make_input(*inputs.known(a), {}).value().text, R"({"n":1})");

    Finish finish = report(a);
    finish.result = R"({"x":1})";
    ASSERT_TRUE(db(std::move(finish)));
    const Leased b = claim();
    EXPECT_FALSE(inputs.known(b)) << "another process may have ended it";
    EXPECT_EQ(text(b), R"({"x":1})");
    EXPECT_TRUE(inputs.known(b));
}

TEST_F(InputsTest, an_output_that_is_known_is_not_read)
{
    add_task("a");
    add_task("b", {"a"});
    run();
    const Leased a = succeed(R"({"from":"database"})");
    const Leased b = claim();
    DoneRow row;
    row.task = a.task;
    row.run = a.run;
    row.attempt = a.attempt;
    row.result = R"({"from":"memory"})";
    cache.keep(std::make_shared<const DoneRow>(row));
    EXPECT_EQ(text(b), R"({"from":"memory"})");
}

TEST_F(InputsTest, an_output_of_an_earlier_attempt_does_not_count)
{
    add_task("a");
    add_task("b", {"a"});
    run();
    const Leased a = succeed(R"({"attempt":"this"})");
    const Leased b = claim();
    DoneRow row;
    row.task = a.task;
    row.run = a.run;
    row.attempt = a.attempt + 1;
    row.result = R"({"attempt":"another"})";
    cache.keep(std::make_shared<const DoneRow>(row));
    EXPECT_FALSE(inputs.known(b));
    EXPECT_EQ(text(b), R"({"attempt":"this"})");
}

TEST_F(InputsTest, outputs_are_merged_in_the_order_in_which_they_were_declared)
{
    add_task("a");
    add_task("b");
    add_task("c", {"b", "a"});
    run(R"({"initial":true})");
    succeed(R"({"by":"a","items":[2,3]})");
    succeed(R"({"by":"b","items":[1,2]})");
    EXPECT_EQ(text(claim()), R"({"by":"a","items":[1,2,3]})");
}

TEST_F(InputsTest, what_is_known_and_what_is_read_come_together)
{
    add_task("a");
    add_task("b");
    add_task("c");
    add_task("d", {"a", "b", "c"});
    run();
    succeed(R"({"a":1,"last":"a"})");
    const Leased b = succeed(R"({"b":2,"last":"b"})");
    succeed(R"({"c":3,"last":"c"})");
    DoneRow row;
    row.task = b.task;
    row.run = b.run;
    row.attempt = b.attempt;
    row.result = R"({"b":22,"last":"b"})";
    cache.keep(std::make_shared<const DoneRow>(row));
    EXPECT_EQ(text(claim()), R"({"a":1,"last":"c","b":22,"c":3})");
}

TEST_F(InputsTest, dependencies_that_have_failed_or_were_skipped_give_nothing)
{
    add_task("a");
    add_task("b");
    add_task("c", {"a"}); // skipped
    add_ruled("d", {"a", "b", "c"}, {});
    for (WorkflowTask& task : tasks)
        task.retry.tries_max = 1;
    run(R"({"initial":true})");
    fail();
    succeed(R"({"b":1})");
    const Leased d = claim();
    ASSERT_EQ(d.name, "d");
    EXPECT_EQ(text(d), R"({"b":1})");
}

TEST_F(InputsTest, when_no_dependency_gives_anything_it_is_the_initial_context)
{
    add_task("a");
    add_ruled("b", {"a"}, condition(RuleForm::task_failed, "a"));
    tasks[0].retry.tries_max = 1;
    run(R"({"initial":true})");
    fail();
    const Result<Input> input = made(claim());
    EXPECT_EQ(input.value().text, R"({"initial":true})");
    EXPECT_TRUE(input.value().verdict.holds);
}

TEST_F(InputsTest, a_rule_is_judged_by_the_ends_of_all_that_it_names)
{
    add_task("a");
    add_task("b", {"a"});
    add_ruled(
        "c", {"b"},
        combination(
            RuleForm::all,
            {condition(RuleForm::task_success, "b"), condition(RuleForm::task_failed, "a")}
        )
    );
    run();
    succeed("");
    succeed("");
    const Result<Input> input = made(claim());
    EXPECT_FALSE(input.value().verdict.holds);
    EXPECT_EQ(
        input.value().verdict.reason, "the rule does not hold: task_failed(a) is false (succeeded)"
    );
}

TEST_F(InputsTest, a_rule_reads_the_merged_input)
{
    add_task("a");
    add_task("b");
    add_ruled("c", {"a", "b"}, value_rule("n", ValueOperator::equals, 2));
    run();
    succeed(R"({"n":1})");
    succeed(R"({"n":2})");
    EXPECT_TRUE(made(claim()).value().verdict.holds);
}

TEST_F(InputsTest, an_output_that_cannot_be_read_names_its_task)
{
    add_task("a");
    add_task("b");
    add_task("c", {"a", "b"});
    run();
    succeed(R"({"a":1})");
    succeed("[]");
    const InputParts parts = read(claim()).value();
    const std::vector<std::string> names = {"a", "b"};
    const Error error = make_input(parts, names).error();
    EXPECT_EQ(error.code, Errc::corrupt);
    EXPECT_EQ(
        error.detail, "the output of task 'b' cannot be read: a stored context is not a JSON object"
    );
    EXPECT_EQ(make_input(parts, {}).error().code, Errc::corrupt) << "by a newer definition";
}

TEST_F(InputsTest, a_rule_that_cannot_be_read_is_corrupt)
{
    add_task("a");
    run();
    Leased a = claim();
    a.payload = R"({"rule":"Always"})";
    EXPECT_EQ(made(a).error().code, Errc::corrupt);
    a.payload = R"({"deps":["x"],"rule":{"type":"Always"}})";
    EXPECT_EQ(made(a).error().code, Errc::corrupt) << "it has no such parent";
}

TEST_F(InputsTest, a_dependency_that_lives_again_is_a_conflict)
{
    add_task("a");
    add_task("b", {"a"});
    run();
    succeed("");
    Leased b = claim();
    b.parents.dependencies.at(0).attempt = 7;
    EXPECT_EQ(read(b).error().code, Errc::conflict);
    b.parents.dependencies.at(0).task = TaskId{4711};
    EXPECT_EQ(read(b).error().code, Errc::conflict);
}

TEST_F(InputsTest, the_inputs_of_a_run_that_is_gone_are_not_found)
{
    add_task("a");
    run();
    Leased a = claim();
    a.run = RunId{4711};
    EXPECT_EQ(read(a).error().code, Errc::not_found);
}

} // namespace
} // namespace sluice::inputs_test
