// SPDX-License-Identifier: Apache-2.0
#include "workflows/body_threads.h"

#include <atomic>
#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <stdexcept>
#include <thread>

namespace sluice::body_threads_test {
namespace {

using namespace std::chrono_literals;

// What a work on one of the threads says.
template <class Work>
auto run_on(BodyThreads& threads, Work work)
{
    auto task = std::make_shared<std::packaged_task<std::invoke_result_t<Work>()>>(work);
    auto result = task->get_future();
    EXPECT_TRUE(threads.post([task] { (*task)(); }));
    return result;
}

void await_idle(const BodyThreads& threads)
{
    while (threads.busy() > 0)
        std::this_thread::yield();
}

TEST(BodyThreads, grow_while_all_that_there_are_are_busy)
{
    BodyThreads threads(3);
    std::promise<int> value;
    auto later = run_on(threads, [&] { return value.get_future().get() + 1; });
    run_on(threads, [&] { value.set_value(1); }).get();
    EXPECT_EQ(later.get(), 2);
}

TEST(BodyThreads, are_used_again_before_there_are_more)
{
    BodyThreads threads(3);
    const auto id = [] { return std::this_thread::get_id(); };
    const std::thread::id first = run_on(threads, id).get();
    await_idle(threads);
    EXPECT_EQ(run_on(threads, id).get(), first);
}

TEST(BodyThreads, are_no_more_than_was_allowed)
{
    BodyThreads threads(1);
    std::atomic<int> at_work = 0;
    std::vector<std::future<int>> works;
    for (int i = 0; i < 20; ++i)
        works.push_back(run_on(threads, [&] {
            const int seen = ++at_work;
            std::this_thread::yield();
            --at_work;
            return seen;
        }));
    for (std::future<int>& work : works)
        EXPECT_EQ(work.get(), 1);
}

TEST(BodyThreads, run_works_in_the_order_in_which_they_were_posted)
{
    BodyThreads threads(1);
    std::vector<int> order;
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(threads.post([&order, i] { order.push_back(i); }));
    EXPECT_EQ(threads.close(1min), 0u);
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(BodyThreads, go_on_after_a_work_that_throws)
{
    BodyThreads threads(1);
    ASSERT_TRUE(threads.post([] { throw std::runtime_error("of the work"); }));
    ASSERT_TRUE(threads.post([] { throw 1; }));
    EXPECT_EQ(run_on(threads, [] { return 3; }).get(), 3);
}

TEST(BodyThreads, that_are_closed_take_nothing_more)
{
    BodyThreads threads(1);
    run_on(threads, [] {}).get();
    EXPECT_EQ(threads.close(1min), 0u);
    EXPECT_FALSE(threads.post([] {}));
    EXPECT_EQ(threads.close(1min), 0u) << "again";
}

TEST(BodyThreads, that_were_never_used_are_closed_at_once)
{
    BodyThreads threads(4);
    EXPECT_EQ(threads.close(1min), 0u);
}

TEST(BodyThreads, are_left_to_their_work_when_the_grace_is_over)
{
    const auto go = std::make_shared<std::promise<void>>();
    const auto gone = std::make_shared<std::promise<void>>();
    {
        BodyThreads threads(2);
        std::promise<void> begun;
        ASSERT_TRUE(threads.post([&begun, go, gone] {
            begun.set_value();
            go->get_future().wait();
            gone->set_value();
        }));
        run_on(threads, [] {}).get();
        begun.get_future().wait();
        while (threads.busy() > 1)
            std::this_thread::yield();
        EXPECT_EQ(threads.close(0s), 1u);
    }
    go->set_value();
    gone->get_future().wait();
}

TEST(BodyThreads, are_left_earlier_when_somebody_hurries)
{
    const auto go = std::make_shared<std::promise<void>>();
    BodyThreads threads(1);
    std::promise<void> begun;
    ASSERT_TRUE(threads.post([&begun, go] {
        begun.set_value();
        go->get_future().wait();
    }));
    begun.get_future().wait();
    std::thread closes([&] { EXPECT_EQ(threads.close(1h), 1u); });
    threads.hurry(BodyThreads::Clock::now());
    closes.join();
    go->set_value();
    EXPECT_EQ(threads.close(1min), 0u) << "what was left is waited for again";
}

TEST(BodyThreads, drop_what_has_not_begun_when_the_grace_is_over)
{
    const auto go = std::make_shared<std::promise<void>>();
    const auto held = std::make_shared<int>(1);
    BodyThreads threads(1);
    std::promise<void> begun;
    ASSERT_TRUE(threads.post([&begun, go] {
        begun.set_value();
        go->get_future().wait();
    }));
    begun.get_future().wait();
    ASSERT_TRUE(threads.post([held] {}));
    EXPECT_EQ(threads.close(0s), 1u);
    EXPECT_EQ(held.use_count(), 1);
    go->set_value();
}

} // namespace
} // namespace sluice::body_threads_test
