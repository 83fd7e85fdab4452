// SPDX-License-Identifier: Apache-2.0
#include "engine/worker.h"

#include "async/task_scope.h"
#include "engine/testing.h"
#include "store/execution_reads.h"

#include <algorithm>

namespace sluice::worker_test {
namespace {

using testing::EngineTest;
using namespace std::chrono_literals;

class WorkerTest : public EngineTest {
protected:
    WorkerTest()
    {
        worker_options.name = "w";
        worker_options.host = "h";
        worker_options.lease = 60s;
        enroll();
    }

    void enroll()
    {
        worker.emplace(loop.get_executor(), db.store(), worker_options, Log());
        EXPECT_TRUE(testing::await(loop, worker->enroll()));
    }

    Leased claim()
    {
        Claim request;
        request.worker = worker->id();
        request.queues = std::make_shared<const QueueFilter>(std::vector<std::string>{"q"});
        return db(request).value().at(0);
    }

    void beat() { EXPECT_TRUE(testing::await(loop, worker->beat())); }

    WorkerRow row()
    {
        const auto workers = db.read([](Reads& reads) { return reads.executions().servers(); });
        const auto own = std::ranges::find(workers, worker->id(), &WorkerRow::id);
        return own == workers.end() ? WorkerRow{} : *own;
    }

    Worker::Options worker_options;
    std::optional<Worker> worker;
    Stop stop;
};

TEST_F(WorkerTest, a_beat_extends_its_leases)
{
    submit({"a"});
    worker->began(claim(), stop);
    for (int i = 0; i < 5; ++i) {
        clock.advance(50s);
        beat();
        EXPECT_EQ(db(Rescue{}).value(), 0u);
    }
    EXPECT_FALSE(stop.requested());
}

TEST_F(WorkerTest, a_beat_lets_the_answer_come_to_what_its_target_has_ended)
{
    const Submitted submitted = submit({"a"});
    const Leased task = claim();
    worker->began(task, stop);
    Target target;
    target.run = submitted.run;
    ASSERT_TRUE(db(Cancel{target}));

    worker->outdated({task.task});
    beat();

    EXPECT_FALSE(stop.requested());
    stop.waits();
    EXPECT_TRUE(stop.requested()) << "nothing of it is under way";
}

TEST_F(WorkerTest, a_beat_stops_what_is_not_its_own_any_more)
{
    const Submitted submitted = submit({"a"});
    const Leased task = claim();
    worker->began(task, stop);
    Target target;
    target.run = submitted.run;
    ASSERT_TRUE(db(Cancel{target}));

    beat();

    EXPECT_TRUE(stop.requested());
}

TEST_F(WorkerTest, what_has_ended_is_not_stopped)
{
    submit({"a"});
    const Leased task = claim();
    worker->began(task, stop);
    worker->ended(task);

    worker->lost({{task.task, task.attempt}});
    beat();

    EXPECT_FALSE(stop.requested());
}

TEST_F(WorkerTest, the_loss_of_an_attempt_does_not_stop_the_next_one)
{
    submit({"a"});
    const Leased task = claim();
    worker->began(task, stop);
    worker->lost({{task.task, task.attempt - 1}});
    EXPECT_FALSE(stop.requested());
    worker->lost({{task.task, task.attempt}});
    EXPECT_TRUE(stop.requested());
}

TEST_F(WorkerTest, enrolls_anew_when_it_was_taken_for_dead)
{
    const WorkerId before = worker->id();
    submit({"a"});
    worker->began(claim(), stop);
    clock.advance(63s);
    ASSERT_EQ(db(Rescue{}).value(), 1u);
    clock.advance(10min);
    ASSERT_EQ(db(Rescue{}).value(), 0u);

    beat();

    EXPECT_TRUE(stop.requested());
    EXPECT_NE(worker->id(), before);
    EXPECT_EQ(claim().attempt, 2);
}

// The host slept: the worker was forgotten meanwhile and claims before its next heartbeat.
TEST_F(WorkerTest, what_it_claimed_under_a_forgotten_number_is_given_back)
{
    clock.advance(10min);
    ASSERT_EQ(db(Rescue{}).value(), 0u);
    submit({"a"});
    const Leased task = claim();
    worker->began(task, stop);

    beat();
    worker->ended(task);

    EXPECT_TRUE(stop.requested());
    EXPECT_EQ(claim().attempt, 2);
}

TEST_F(WorkerTest, a_beat_says_what_it_serves_when_that_has_changed)
{
    worker->describe(R"(["q"])", R"({"places":4})");
    beat();
    EXPECT_EQ(row().serves, R"(["q"])");
    EXPECT_EQ(row().load, R"({"places":4})");

    DescribeWorker other;
    other.worker = worker->id();
    other.serves = "[]";
    ASSERT_TRUE(db(other));
    worker->describe(R"(["q"])", R"({"places":4})");
    beat();
    EXPECT_EQ(row().serves, "[]") << "what has not changed is not written again";
    worker->describe(R"(["q","r"])", R"({"places":4})");
    beat();
    EXPECT_EQ(row().serves, R"(["q","r"])");
}

TEST_F(WorkerTest, a_changed_load_is_written_at_most_once_in_its_pause)
{
    EXPECT_EQ(worker_options.load_pause, 1s);
    worker_options.load_pause = 1h;
    enroll();
    worker->describe(R"(["q"])", R"({"taken":0})");
    beat();
    worker->describe(R"(["q"])", R"({"taken":1})");
    beat();
    EXPECT_EQ(row().load, R"({"taken":0})");

    worker->describe(R"(["q","r"])", R"({"taken":2})");
    beat();
    EXPECT_EQ(row().load, R"({"taken":2})") << "it goes with what does not wait";
}

TEST_F(WorkerTest, a_changed_load_does_not_wait_for_a_heartbeat)
{
    worker_options.heartbeat = 1h;
    worker_options.load_pause = 1ms;
    enroll();
    TaskScope scope(loop.get_executor(), Log());
    scope.spawn(worker->run());
    for (const char* load : {R"({"taken":0})", R"({"taken":1})"}) {
        worker->describe(R"(["q"])", load);
        testing::turn_until(loop, [&] { return row().load == load; });
    }
    scope.cancel();
    testing::await(loop, scope.join());
}

TEST_F(WorkerTest, changes_of_what_it_serves_do_not_wait)
{
    worker_options.heartbeat = 1h;
    worker_options.load_pause = 1h;
    enroll();
    TaskScope scope(loop.get_executor(), Log());
    scope.spawn(worker->run());
    for (const char* serves : {"[]", R"(["q"])", R"(["q","r"])"}) {
        worker->describe(serves, "{}");
        testing::turn_until(loop, [&] { return row().serves == serves; });
    }
    scope.cancel();
    testing::await(loop, scope.join());
}

TEST_F(WorkerTest, says_the_same_again_when_it_has_enrolled_anew)
{
    worker->describe(R"(["q"])", "{}");
    beat();
    const WorkerId before = worker->id();
    clock.advance(63s);
    ASSERT_TRUE(db(Rescue{}));
    clock.advance(10min);
    ASSERT_TRUE(db(Rescue{}));

    beat();

    EXPECT_NE(worker->id(), before);
    EXPECT_EQ(row().serves, R"(["q"])");
}

TEST_F(WorkerTest, a_first_description_does_not_wait_for_a_heartbeat)
{
    start();
    engine->describe(R"(["q"])", "{}");
    Dispatcher::Options serving;
    serving.queues = {"q"};
    ASSERT_TRUE(testing::await(loop, engine->serve(serving, executor)));
    testing::turn_until(loop, [this] {
        const auto workers = db.read([](Reads& reads) { return reads.executions().servers(); });
        return std::ranges::any_of(workers, [](const WorkerRow& found) {
            return found.serves == R"(["q"])";
        });
    });
}

TEST_F(WorkerTest, its_leases_end_when_it_leaves)
{
    submit({"a"});
    claim();
    testing::await(loop, worker->leave());
    clock.advance(3s);

    EXPECT_EQ(db(Rescue{}).value(), 1u);
}

} // namespace
} // namespace sluice::worker_test
