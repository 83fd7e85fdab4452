// SPDX-License-Identifier: Apache-2.0
#include "engine/timekeeper.h"

#include "base/process_id.h"
#include "engine/testing.h"
#include "exec/test_dir.h"
#include "store/testing/probe.h"

namespace sluice::timekeeper_test {
namespace {

using testing::EngineTest;
using namespace std::chrono_literals;

class TimekeeperTest : public EngineTest {
protected:
    TimekeeperTest()
        : timekeeper(
              loop.get_executor(), db.store(), {.pulse = 1h, .on_ready = [this] { ++looks; }}, Log()
          )
    {}

    void look() { EXPECT_TRUE(testing::await(loop, timekeeper.run_once())); }

    WorkerId worker(Micros lease)
    {
        RegisterWorker request;
        request.lease = lease;
        return db(request).value();
    }

    std::vector<Leased> claim(WorkerId worker, std::size_t limit = 100)
    {
        Claim request;
        request.worker = worker;
        request.limit = limit;
        request.queues = std::make_shared<const QueueFilter>(std::vector<std::string>{"q"});
        return db(request).value();
    }

    int looks = 0; // that have found something to claim
    Timekeeper timekeeper;
};

TEST_F(TimekeeperTest, tells_when_a_look_finds_something_to_claim)
{
    look();
    EXPECT_EQ(looks, 0);
    submit({"a"});
    look();
    EXPECT_EQ(looks, 1);
}

TEST_F(TimekeeperTest, makes_due_timers_ready)
{
    Submit request;
    request.run.queues = {"q"};
    request.tasks = {named("a"), named("b")};
    request.tasks[0].run_at = clock.wall() + 10s;
    request.tasks[1].run_at = clock.wall() + 20s;
    ASSERT_TRUE(db(request));
    const WorkerId w = worker(1h);

    look();
    EXPECT_EQ(claim(w).size(), 0u);
    clock.advance(10s);
    look();
    EXPECT_EQ(claim(w).size(), 1u);
    clock.advance(10s);
    look();
    EXPECT_EQ(claim(w).size(), 1u);
}

TEST_F(TimekeeperTest, ends_attempts_and_runs_whose_time_ran_out)
{
    Submit request;
    request.run.queues = {"q"};
    request.run.timeout = 30s;
    request.tasks = {named("a"), named("b")};
    request.tasks[0].timeout = 10s;
    const Submitted submitted = db(request).value();
    claim(worker(1h));

    clock.advance(10s);
    look();
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::failed);
    EXPECT_EQ(task(submitted.tasks[1]).state, TaskState::running);
    clock.advance(20s);
    look();
    EXPECT_EQ(task(submitted.tasks[1]).state, TaskState::canceled);
}

TEST_F(TimekeeperTest, gives_back_the_tasks_of_a_dead_worker)
{
    const Submitted submitted = submit({"a"});
    claim(worker(10s));

    clock.advance(10s);
    look();
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::running);
    clock.advance(2s + 1us);
    look();
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::pending);
}

// As a child of that process would make it seem to live on: what it held is held still.
TEST(TimekeeperOfAFile, gives_back_at_once_what_a_process_that_has_ended_holds)
{
    const testing::TestDir scratch;
    const std::string path = scratch / "a.db";
    asio::io_context loop;
    testing::ManualClock clock;
    testing::Driver db(loop, path, clock);
    Timekeeper timekeeper(loop.get_executor(), db.store(), {}, Log());
    Timekeeper patient(loop.get_executor(), db.store(), {.looks_for_dead = false}, Log());
    Submit request;
    request.run.queues = {"q"};
    request.tasks.resize(1);
    request.tasks[0].payload = "{}";
    const TaskId task = db(request).value().tasks[0];
    Claim claim;
    claim.worker = db(RegisterWorker{}).value();
    claim.queues = std::make_shared<const QueueFilter>(std::vector<std::string>{"q"});
    ASSERT_EQ(db(claim).value().size(), 1u);
    const auto state = [&] {
        return db.read([task](Reads& reads) { return reads.task(task).value().state; });
    };

    EXPECT_TRUE(testing::await(loop, timekeeper.run_once()));
    EXPECT_EQ(state(), TaskState::running);
    const std::string own = process_id();
    const std::string ended = own.substr(0, own.rfind('/')) + "/1"; // of the same number, earlier
    testing::make_sqlite_probe(path)->query("UPDATE worker SET process = '" + ended + "'");
    EXPECT_TRUE(testing::await(loop, patient.run_once()));
    EXPECT_EQ(state(), TaskState::running) << "until its lease ends";
    EXPECT_TRUE(testing::await(loop, timekeeper.run_once()));
    EXPECT_EQ(state(), TaskState::pending);
}

TEST_F(TimekeeperTest, gives_back_however_many_tasks_in_one_look)
{
    Submit request;
    request.run.queues = {"q"};
    request.tasks.assign(2 * Rescue{}.limit + 1, named("a"));
    ASSERT_TRUE(db(request));
    const WorkerId dead = worker(10s);
    EXPECT_EQ(claim(dead, request.tasks.size()).size(), request.tasks.size());

    clock.advance(12s + 1us);
    look();
    EXPECT_TRUE(db.read([dead](Reads& reads) { return reads.leases_of(dead); }).empty());
}

TEST_F(TimekeeperTest, sweeps_what_was_ended_as_a_whole)
{
    StageRun stage;
    stage.run.queues = {"q"};
    const RunId run = db(stage).value().run;
    StageTasks tasks;
    tasks.run = run;
    tasks.tasks.assign(10, named("a"));
    ASSERT_TRUE(db(tasks));
    PublishRun publish;
    publish.run = run;
    ASSERT_TRUE(db(publish));
    Target target;
    target.run = run;
    ASSERT_TRUE(db(Cancel{target}));

    look();
    look();
    EXPECT_FALSE(db.read([](Reads& reads) { return reads.pulse(); }).has_sweep);
}

TEST_F(TimekeeperTest, lets_tasks_follow_a_rule_that_has_changed)
{
    Define define;
    define.row.key = std::string(32, '0');
    define.row.document = R"({"type":"Concurency","max_concurency":1,)"
                          R"("matcher":{"status":"Running","kind":"k","fields":[]}})";
    DefinitionRow rule = db(define).value().row;
    const Uid id = db.store().uid(UidKind::rule, rule.created_at, rule.id.value);
    Submit request;
    request.run.kind = RunKind::batch;
    request.run.queues = {"q"};
    request.tasks.assign(2, named("a"));
    for (NewTask& task : request.tasks) {
        task.card.emplace();
        task.card->kind = task.card->name = "k";
        task.card->rules = R"([{"ref":")" + format_uid(id) + R"("}])";
    }
    ASSERT_TRUE(db(request));
    const WorkerId w = worker(1h);
    EXPECT_EQ(claim(w).size(), 1u);
    rule.key = std::string(32, '1');
    rule.document = R"({"type":"Concurency","max_concurency":2,)"
                    R"("matcher":{"status":"Running","kind":"k","fields":[]}})";
    ASSERT_TRUE(db(Redefine{rule}));

    look();
    EXPECT_EQ(claim(w).size(), 1u);
    look();
    EXPECT_FALSE(db.read([](Reads& reads) { return reads.pulse(); }).has_changed_rule);
}

TEST_F(TimekeeperTest, follows_a_jump_of_the_clock_with_all_leases)
{
    look();
    submit({"a"});
    const WorkerId w = worker(60s);
    claim(w);

    clock.jump(1h);
    look();

    EXPECT_EQ(db.store().clock().now(), clock.wall());
    const auto leases = db.read([w](Reads& reads) { return reads.leases_of(w); });
    EXPECT_EQ(leases.size(), 1u);
    clock.advance(59s);
    look();
    EXPECT_EQ(db.read([w](Reads& reads) { return reads.leases_of(w); }).size(), 1u);
}

TEST_F(TimekeeperTest, wakes_for_what_a_commit_has_made_due)
{
    options.pulse = 1h;
    serve(1);
    Submit request;
    request.run.queues = {"q"};
    request.tasks = {named("ok")};
    request.tasks[0].run_at = clock.wall() + 1us;
    const Submitted submitted = db(request).value();
    clock.advance(1s);

    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
}

} // namespace
} // namespace sluice::timekeeper_test
