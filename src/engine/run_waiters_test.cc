// SPDX-License-Identifier: Apache-2.0
#include "engine/run_waiters.h"

#include "engine/testing.h"

namespace sluice::run_waiters_test {
namespace {

using testing::await;
using testing::EngineTest;
using namespace std::chrono_literals;

using Look = RunWaiters::Look;

class RunWaitersTest : public EngineTest {
protected:
    RunWaitersTest() { db.store().on_changes(nullptr); }

    // Nobody hears of its end but who reads it.
    RunId ended_run() { return submit({}).run; }

    RunId live_run() { return submit({"q"}).run; }

    static Changes news_from_outside()
    {
        Changes changes;
        changes.from_outside = true;
        return changes;
    }

    static Changes news_of_end(RunId run)
    {
        Changes changes;
        EndedRun& ended = changes.ended_runs.emplace_back();
        ended.row.id = run;
        ended.row.state = RunState::succeeded;
        changes.final_runs = {run};
        return changes;
    }

    RunWaiters::Ended note()
    {
        return [this](const EndedRun& run) { ended.push_back(run.row.id); };
    }

    std::size_t look() { return await(loop, waiters.run_once()).value(); }

    using Runs = std::vector<RunId>;
    Runs ended; // one for each call
    RunWaiters waiters{loop.get_executor(), db.store(), {}, Log()};
};

TEST_F(RunWaitersTest, ten_thousand_that_wait_cost_neither_a_timer_nor_a_coroutine)
{
    loop.restart();
    loop.poll();
    for (std::int64_t i = 1; i <= 10'000; ++i)
        waiters.expect(RunId{i}, note(), Look::needless);
    loop.restart();
    EXPECT_EQ(loop.poll(), 0u);
    EXPECT_TRUE(loop.stopped()) << "nothing is under way";
    EXPECT_EQ(waiters.size(), 10'000u);
    EXPECT_EQ(look(), 0u) << "nothing was asked";
}

TEST_F(RunWaitersTest, a_commit_of_this_process_calls_them_without_a_look)
{
    const RunId run = live_run();
    waiters.expect(run, note(), Look::needless);
    waiters.changed(news_of_end(RunId{run.value + 1}));
    EXPECT_EQ(ended, Runs{});
    waiters.changed(news_of_end(run));
    EXPECT_EQ(ended, Runs{run});
    EXPECT_EQ(look(), 0u);
}

TEST_F(RunWaitersTest, one_look_answers_all_that_may_have_ended_before)
{
    const Runs runs{ended_run(), ended_run(), live_run()};
    for (const RunId run : runs)
        waiters.expect(run, note());
    EXPECT_EQ(look(), 1u);
    std::ranges::sort(ended);
    EXPECT_EQ(ended, (Runs{runs[0], runs[1]}));
    EXPECT_EQ(waiters.size(), 1u);
}

TEST_F(RunWaitersTest, a_burst_of_news_is_one_look_of_a_thousand_each)
{
    const RunId run = ended_run();
    for (std::int64_t i = 1; i <= 2'500; ++i)
        waiters.expect(RunId{run.value - 1 + i}, note(), Look::needless);
    for (int i = 0; i < 100; ++i)
        waiters.changed(news_from_outside());
    EXPECT_EQ(look(), 3u);
    EXPECT_EQ(ended, Runs{run});
    EXPECT_EQ(look(), 0u);
}

TEST_F(RunWaitersTest, of_news_that_name_runs_those_that_wait_are_looked_at)
{
    const RunId run = ended_run();
    waiters.expect(run, note(), Look::needless);
    Changes changes;
    changes.final_runs = {RunId{run.value + 1}};
    waiters.changed(changes);
    EXPECT_EQ(look(), 0u);
    changes.final_runs = {run, run};
    waiters.changed(changes);
    EXPECT_EQ(look(), 1u);
    EXPECT_EQ(ended, Runs{run});
}

TEST_F(RunWaitersTest, each_is_called_once)
{
    const RunId run = ended_run();
    waiters.expect(run, note());
    waiters.expect(run, note());
    waiters.changed(news_of_end(run));
    waiters.changed(news_of_end(run));
    look();
    EXPECT_EQ(ended, (Runs{run, run}));
}

TEST_F(RunWaitersTest, who_does_not_wait_any_more_is_not_called)
{
    const RunId run = live_run();
    const RunWaiters::Ticket one = waiters.expect(run, note());
    waiters.expect(run, note());
    waiters.cancel(one);
    waiters.cancel(one);
    EXPECT_EQ(waiters.size(), 1u);
    waiters.changed(news_of_end(run));
    EXPECT_EQ(ended, Runs{run});
    waiters.cancel(one);

    waiters.expect(run, note());
    waiters.cancel_all();
    waiters.changed(news_of_end(run));
    EXPECT_EQ(ended, Runs{run});
}

TEST_F(RunWaitersTest, who_is_called_may_let_another_one_go)
{
    const RunId run = live_run();
    RunWaiters::Ticket tickets[2];
    for (const int own : {0, 1})
        tickets[own] = waiters.expect(run, [this, &tickets, own](const EndedRun& over) {
            ended.push_back(over.row.id);
            waiters.cancel(tickets[1 - own]);
        });
    waiters.changed(news_of_end(run));
    EXPECT_EQ(ended, Runs{run});
    EXPECT_EQ(waiters.size(), 0u);
}

TEST_F(RunWaitersTest, a_look_is_paid_for_by_ten_times_its_time)
{
    EXPECT_EQ(RunWaiters::pause_after(0ms), 20ms);
    EXPECT_EQ(RunWaiters::pause_after(2ms), 20ms);
    EXPECT_EQ(RunWaiters::pause_after(5ms), 50ms);
}

TEST_F(RunWaitersTest, the_engine_tells_them_what_it_hears)
{
    serve(1);
    db.store().tell_ends();
    const Submitted submitted = submit({"hold"});
    testing::turn_until(loop, [&] { return executor.holding() == 1; });
    engine->run_waiters().expect(submitted.run, note(), Look::needless);
    engine->run_waiters().expect(ended_run(), note());
    testing::turn_until(loop, [&] { return ended.size() == 1; });
    executor.let_go();
    testing::turn_until(loop, [&] { return ended.size() == 2; });
    EXPECT_EQ(ended.back(), submitted.run);
}

TEST_F(RunWaitersTest, an_end_of_which_no_news_came_is_found_by_looking)
{
    RunWaiters hasty{loop.get_executor(), db.store(), {.safety = 1ms}, Log()};
    TaskScope scope(loop.get_executor(), Log());
    scope.spawn(hasty.run());
    hasty.expect(ended_run(), note(), Look::needless);
    testing::turn_until(loop, [&] { return !ended.empty(); });
    scope.cancel();
    await(loop, scope.join());
}

} // namespace
} // namespace sluice::run_waiters_test
