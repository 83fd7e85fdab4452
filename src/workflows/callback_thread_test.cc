// SPDX-License-Identifier: Apache-2.0
#include "workflows/callback_thread.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sluice::callback_thread_test {
namespace {

using namespace std::chrono_literals;

TEST(CallbackThread, calls_one_after_the_other_in_their_order_on_a_thread_of_its_own)
{
    std::vector<int> called;
    std::thread::id where;
    CallbackThread thread;
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(thread.post([&, i] {
            called.push_back(i);
            where = std::this_thread::get_id();
        }));
    thread.close();
    ASSERT_EQ(called.size(), 100U) << "what was posted runs before the end";
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(called[static_cast<std::size_t>(i)], i);
    EXPECT_NE(where, std::this_thread::get_id());
}

TEST(CallbackThread, goes_on_after_anything_that_is_thrown)
{
    bool is_called = false;
    CallbackThread thread;
    thread.post([] { throw std::runtime_error("as it was told"); });
    thread.post([] { throw 1; });
    thread.post([&] { is_called = true; });
    thread.close();
    EXPECT_TRUE(is_called);
}

TEST(CallbackThread, takes_nothing_once_it_is_closed)
{
    CallbackThread thread;
    thread.close();
    EXPECT_FALSE(thread.post([] {}));
    EXPECT_FALSE(thread.post_line([] {}));
}

TEST(CallbackThread, drops_lines_and_nothing_else_when_too_many_wait)
{
    std::promise<void> held;
    std::promise<void> go_on;
    CallbackThread thread;
    thread.post([&] {
        held.set_value();
        go_on.get_future().wait();
    });
    held.get_future().wait();
    std::size_t lines = 0;
    std::size_t taken = 0;
    for (std::size_t i = 0; i < CallbackThread::lines_max + 10; ++i)
        taken += thread.post_line([&] { ++lines; });
    bool is_called = false;
    EXPECT_TRUE(thread.post([&] { is_called = true; }));
    go_on.set_value();
    thread.close();
    EXPECT_EQ(taken, CallbackThread::lines_max);
    EXPECT_EQ(lines, CallbackThread::lines_max);
    EXPECT_TRUE(is_called);
}

// Work that goes on until the test lets it end.
struct Held {
    std::promise<void> begun;
    std::promise<void> go;
    std::promise<void> gone;

    static CallbackThread::Work work(std::shared_ptr<Held> held)
    {
        return [held = std::move(held)] {
            held->begun.set_value();
            held->go.get_future().wait();
            held->gone.set_value();
        };
    }
};

TEST(CallbackThread, is_left_to_its_work_when_the_grace_is_over)
{
    const auto held = std::make_shared<Held>();
    const auto dropped = std::make_shared<int>(1);
    {
        CallbackThread thread;
        thread.post(Held::work(held));
        held->begun.get_future().wait();
        thread.post([dropped] {});
        thread.close(0s);
        EXPECT_EQ(dropped.use_count(), 1) << "what has not begun is dropped";
    }
    held->go.set_value();
    held->gone.get_future().wait();
}

TEST(CallbackThread, is_left_earlier_when_somebody_hurries)
{
    const auto held = std::make_shared<Held>();
    CallbackThread thread;
    thread.post(Held::work(held));
    held->begun.get_future().wait();
    std::thread closes([&] { thread.close(1h); });
    thread.hurry(CallbackThread::Clock::now());
    closes.join();
    held->go.set_value();
    held->gone.get_future().wait();
}

TEST(CallbackThread, has_the_least_time_whoever_hurries)
{
    bool is_called = false;
    CallbackThread thread;
    thread.hurry(CallbackThread::Clock::now());
    thread.post([&] { is_called = true; });
    thread.close(0s, 1h);
    EXPECT_TRUE(is_called);
}

TEST(CallbackThread, may_be_ended_by_what_it_calls)
{
    auto thread = std::make_unique<CallbackThread>();
    std::promise<void> ended;
    CallbackThread& posted_to = *thread;
    posted_to.post([&] {
        thread.reset();
        ended.set_value();
    });
    ended.get_future().wait();
    EXPECT_EQ(thread, nullptr);
}

} // namespace
} // namespace sluice::callback_thread_test
