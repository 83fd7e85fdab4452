// SPDX-License-Identifier: Apache-2.0
#include "tasks/retention.h"

#include "store/queue_filter.h"
#include "store/service_reads.h"
#include "store/testing/driver.h"

#include <gtest/gtest.h>

namespace sluice::retention_test {

namespace {

using namespace std::chrono_literals;

class RetentionTest : public ::testing::Test {
protected:
    RetentionTest() : db(loop, ":memory:", clock)
    {
        options.ended = 24h * 30;
        options.hidden = 24h * 7;
        options.interval = 1h;
        options.on_pass = [this](const Retention::Pass& pass) { passes.push_back(pass); };
    }

    Retention::Pass pass()
    {
        Retention retention(loop.get_executor(), db.store(), options, Log());
        return testing::await(loop, retention.run_once());
    }

    void turn()
    {
        loop.restart();
        loop.poll();
    }

    Submitted submit(std::size_t tasks)
    {
        Submit request;
        request.run.kind = RunKind::batch;
        request.run.queues = {"q"};
        NewTask task;
        task.card.emplace();
        task.card->kind = "build";
        task.card->name = "name";
        request.tasks.assign(tasks, task);
        return db(std::move(request)).value();
    }

    Submitted ended(std::size_t tasks)
    {
        const Submitted batch = submit(tasks);
        EXPECT_TRUE(db(Cancel{{batch.run, {}, "ada", ""}}));
        return batch;
    }

    bool is_there(RunId run)
    {
        return db.read([run](Reads& reads) { return reads.run(run).has_value(); });
    }

    std::size_t audit_lines()
    {
        ServiceReads::AuditFilter filter;
        filter.limit = 100'000;
        return db.read([filter](Reads& reads) { return reads.service().audit(filter); }
        ).events.size();
    }

    asio::io_context loop;
    testing::ManualClock clock;
    testing::Driver db;
    Retention::Options options;
    std::vector<Retention::Pass> passes;
};

TEST_F(RetentionTest, batches_go_when_they_are_old_and_not_before)
{
    const Submitted old = ended(3);
    const Submitted live = submit(2);
    clock.advance(24h * 20);
    const Submitted young = ended(1);
    EXPECT_EQ(pass().tasks, 0u);
    clock.advance(24h * 10 + 1us);
    const Retention::Pass one = pass();
    EXPECT_FALSE(one.problem);
    EXPECT_EQ(one.tasks, 3u);
    EXPECT_FALSE(is_there(old.run));
    EXPECT_TRUE(is_there(live.run));
    EXPECT_TRUE(is_there(young.run));
}

TEST_F(RetentionTest, a_pass_goes_on_until_nothing_old_is_left)
{
    options.piece = 7;
    std::size_t tasks = 0;
    for (const std::size_t size : {1u, 2u, 30u, 1u, 7u, 6u, 8u}) {
        ended(size);
        tasks += size;
    }
    for (int i = 0; i < 1100; ++i) // more than one page
        ended(1);
    clock.advance(24h * 31);
    EXPECT_EQ(pass().tasks, tasks + 1100);
    EXPECT_EQ(pass().tasks, 0u);
}

TEST_F(RetentionTest, hidden_tasks_go_earlier_than_their_batch)
{
    const Submitted batch = ended(3);
    for (const std::size_t index : {0u, 2u})
        EXPECT_TRUE(db(HideTask{batch.tasks[index], batch.run, true, "ada"}));
    clock.advance(24h * 6);
    EXPECT_EQ(pass().tasks, 0u);
    clock.advance(24h + 1us);
    EXPECT_EQ(pass().tasks, 2u);
    EXPECT_TRUE(is_there(batch.run));
}

TEST_F(RetentionTest, without_a_limit_things_stay)
{
    const Submitted batch = ended(1);
    EXPECT_TRUE(db(HideTask{batch.tasks[0], batch.run, true, "ada"}));
    options.ended.reset();
    options.hidden.reset();
    options.audit.reset();
    clock.advance(24h * 1000);
    const Retention::Pass one = pass();
    EXPECT_EQ(one.tasks + one.audit_lines, 0u);
    EXPECT_TRUE(is_there(batch.run));
}

TEST_F(RetentionTest, the_audit_outlives_the_tasks_and_ends_in_its_own_time)
{
    options.piece = 2;
    ended(1);
    ended(1);
    ended(1);
    ASSERT_EQ(audit_lines(), 6u);
    clock.advance(24h * 31);
    EXPECT_EQ(pass().tasks, 3u);
    EXPECT_EQ(audit_lines(), 6u);
    clock.advance(24h * 59);
    submit(1);
    EXPECT_EQ(pass().audit_lines, 0u) << "they are just so old";
    clock.advance(1us);
    EXPECT_EQ(pass().audit_lines, 6u);
    EXPECT_EQ(audit_lines(), 1u);
}

TEST_F(RetentionTest, several_processes_may_do_so_at_once)
{
    options.piece = 3;
    for (int i = 0; i < 20; ++i)
        ended(4);
    clock.advance(24h * 31);
    Retention one(loop.get_executor(), db.store(), options, Log());
    Retention two(loop.get_executor(), db.store(), options, Log());
    testing::spawn(loop, one.run());
    testing::spawn(loop, two.run());
    testing::turn_until(loop, [&] { return passes.size() == 2; });
    EXPECT_EQ(passes[0].tasks + passes[1].tasks, 80u);
    EXPECT_FALSE(passes[0].problem || passes[1].problem);
    one.stop();
    two.stop();
    turn();
}

TEST_F(RetentionTest, what_has_happened_is_told_after_each_pass)
{
    ended(2);
    clock.advance(24h * 31);
    Retention retention(loop.get_executor(), db.store(), options, Log());
    testing::spawn(loop, retention.run());
    testing::turn_until(loop, [&] { return !passes.empty(); });
    EXPECT_EQ(passes[0].tasks, 2u);
    retention.stop();
    turn();
    EXPECT_EQ(passes.size(), 1u) << "it sleeps for the interval";
}

} // namespace

} // namespace sluice::retention_test
