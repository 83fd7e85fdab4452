// SPDX-License-Identifier: Apache-2.0
#include "async/worker_threads.h"

#include "async/task_scope.h"
#include "async/testing.h"

#include <atomic>
#include <gtest/gtest.h>

namespace sluice::worker_threads_test {

namespace {

Async<void> add_on_a_thread(WorkerThreads& threads, int value, int& sum)
{
    auto work = [value] { return value; };
    const int result = co_await threads.run(std::move(work));
    sum += result;
}

Async<void> count_then_cancelled(WorkerThreads& threads, std::atomic<int>& done, int& after)
{
    auto work = [&done] { ++done; };
    co_await threads.run(std::move(work));
    co_await threads.run(std::move(work));
    ++after;
}

Async<void> use_and_destroy(std::unique_ptr<WorkerThreads>& threads, int& sum)
{
    co_await add_on_a_thread(*threads, 1, sum);
    threads.reset();
}

} // namespace

TEST(WorkerThreads, give_back_what_the_work_returns)
{
    asio::io_context loop;
    WorkerThreads threads(loop.get_executor(), "test", 1);

    const std::string text =
        testing::await(loop, threads.run([] { return std::string("done elsewhere"); }));

    EXPECT_EQ(text, "done elsewhere");
}

TEST(WorkerThreads, run_the_work_on_another_thread_and_resume_on_the_loop)
{
    asio::io_context loop;
    WorkerThreads threads(loop.get_executor(), "test", 1);

    const std::thread::id id =
        testing::await(loop, threads.run([] { return std::this_thread::get_id(); }));

    EXPECT_NE(id, std::this_thread::get_id());
}

TEST(WorkerThreads, pass_on_what_the_work_throws)
{
    asio::io_context loop;
    WorkerThreads threads(loop.get_executor(), "test", 1);
    auto work = [] { throw std::runtime_error("no such thing"); };

    EXPECT_THROW(testing::await(loop, threads.run(std::move(work))), std::runtime_error);
}

TEST(WorkerThreads, serve_a_burst_of_callers)
{
    asio::io_context loop;
    WorkerThreads threads(loop.get_executor(), "test", 3);
    TaskScope scope(loop.get_executor(), Log());
    int sum = 0;

    for (int i = 1; i <= 1000; ++i)
        scope.spawn(add_on_a_thread(threads, i, sum));
    testing::await(loop, scope.join());

    EXPECT_EQ(sum, 500'500);
}

TEST(WorkerThreads, a_cancelled_caller_still_waits_for_its_work_and_then_stops)
{
    asio::io_context loop;
    WorkerThreads threads(loop.get_executor(), "test", 1);
    TaskScope scope(loop.get_executor(), Log());
    std::atomic<int> done = 0;
    int after = 0;
    scope.spawn(count_then_cancelled(threads, done, after));
    loop.poll_one();
    loop.poll_one();

    scope.cancel();
    testing::await(loop, scope.join());

    EXPECT_LE(done, 1);
    EXPECT_EQ(after, 0);
}

TEST(WorkerThreads, may_be_destroyed_by_the_coroutine_that_they_have_just_resumed)
{
    asio::io_context loop;
    auto threads = std::make_unique<WorkerThreads>(loop.get_executor(), "test", 2);
    int sum = 0;

    testing::await(loop, use_and_destroy(threads, sum));

    EXPECT_EQ(sum, 1);
}

} // namespace sluice::worker_threads_test
