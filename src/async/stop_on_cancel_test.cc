// SPDX-License-Identifier: Apache-2.0
#include "async/stop_on_cancel.h"

#include "async/signal.h"
#include "async/task_scope.h"
#include "async/testing.h"

#include <gtest/gtest.h>

namespace sluice::stop_on_cancel_test {

namespace {

struct Scene {
    explicit Scene(asio::io_context& loop)
        : stop(loop.get_executor()), outer(loop.get_executor()), go(loop.get_executor())
    {}

    StopEvent stop;
    StopEvent outer;
    Signal go;
    bool waiting = false;
    bool tidied_up = false;
    bool aborted = false;
};

Async<Result<int>> forever(Scene& scene)
{
    scene.waiting = true;
    co_await scene.go.wait();
    co_return 1;
}

// Waits until it is stopped, then needs the loop to tidy up.
Async<Result<int>> work(Scene& scene)
{
    const std::optional<Result<int>> done = co_await with_stop(forever(scene), scene.stop);
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
    scene.tidied_up = true;
    if (!done)
        co_return Error{Errc::conflict, "stopped"};
    co_return *done;
}

Async<Result<int>> call(Scene& scene)
{
    return stop_on_cancel(work(scene), scene.stop, &scene.outer);
}

Async<void> note_abort(Scene& scene)
{
    try {
        co_await call(scene);
    } catch (const boost::system::system_error& error) {
        scene.aborted = error.code() == asio::error::operation_aborted;
        throw;
    }
}

Async<void> request(StopEvent& stop)
{
    stop.request();
    co_return;
}

Async<Result<int>> throw_a_logic_error()
{
    throw std::logic_error("a bug");
    co_return 1;
}

class StopOnCancel : public ::testing::Test {
protected:
    void run_until_it_waits()
    {
        loop_.restart();
        while (!scene_.waiting && loop_.run_one() > 0) {
        }
    }

    asio::io_context loop_;
    Scene scene_{loop_};
};

} // namespace

TEST_F(StopOnCancel, work_that_ends_by_itself_gives_its_result)
{
    scene_.go.notify();

    EXPECT_EQ(testing::await(loop_, call(scene_)).value(), 1);
}

TEST_F(StopOnCancel, a_stop_from_outside_is_passed_on_and_the_work_awaited)
{
    testing::spawn(loop_, request(scene_.outer));

    EXPECT_EQ(testing::await(loop_, call(scene_)).error().detail, "stopped");

    EXPECT_TRUE(scene_.tidied_up);
}

TEST_F(StopOnCancel, a_stop_before_the_call_holds_too)
{
    scene_.outer.request();

    EXPECT_EQ(testing::await(loop_, call(scene_)).error().detail, "stopped");
}

TEST_F(StopOnCancel, a_cancelled_caller_is_told_so_after_the_work_has_tidied_up)
{
    TaskScope scope(loop_.get_executor(), Log());
    scope.spawn(note_abort(scene_));
    run_until_it_waits();

    scope.cancel();
    testing::await(loop_, scope.join());

    EXPECT_TRUE(scene_.tidied_up);
    EXPECT_TRUE(scene_.aborted);
}

TEST_F(StopOnCancel, passes_on_an_exception)
{
    EXPECT_THROW(
        testing::await(loop_, stop_on_cancel(throw_a_logic_error(), scene_.stop, nullptr)),
        std::logic_error
    );
}

} // namespace sluice::stop_on_cancel_test
