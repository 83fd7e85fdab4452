// SPDX-License-Identifier: Apache-2.0
#include "async/at_once.h"

#include "async/signal.h"
#include "async/task_scope.h"
#include "async/testing.h"

#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

namespace sluice::at_once_test {

namespace {

using Numbers = std::vector<std::size_t>;

// What the operations of a test do: each waits until it is let go.
struct Scene {
    explicit Scene(asio::io_context& loop) : changed(loop.get_executor()) {}

    Numbers begun;
    Numbers ended;
    std::size_t running = 0;
    std::size_t running_max = 0;
    std::size_t let_go = 0; // those below this number
    std::optional<std::size_t> fails;
    Signal changed;
};

Async<Result<void>> act(Scene& scene, std::size_t number)
{
    scene.begun.push_back(number);
    scene.running_max = std::max(scene.running_max, ++scene.running);
    while (number >= scene.let_go)
        co_await scene.changed.wait();
    --scene.running;
    scene.ended.push_back(number);
    if (scene.fails && number >= *scene.fails)
        co_return Error{Errc::conflict, fmt::format("number {}", number)};
    co_return Result<void>();
}

Async<Result<void>> act_at_once(Scene& scene, std::size_t count, std::size_t lanes)
{
    const auto make = [&scene](std::size_t number) { return act(scene, number); };
    return at_once(count, lanes, make);
}

Async<Result<void>> throw_a_logic_error(std::size_t)
{
    throw std::logic_error("a bug");
    co_return Result<void>();
}

Async<void> note_end(Async<Result<void>> work, bool& ended)
{
    const Result<void> done = co_await std::move(work);
    ended = done.has_value();
}

class AtOnce : public ::testing::Test {
protected:
    asio::io_context loop_;
    Scene scene_{loop_};
};

} // namespace

TEST_F(AtOnce, runs_everything_and_never_more_than_it_may_at_a_time)
{
    scene_.let_go = 10;

    EXPECT_TRUE(testing::await(loop_, act_at_once(scene_, 10, 3)));

    EXPECT_EQ(scene_.begun, (Numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_EQ(scene_.ended.size(), 10u);
    EXPECT_LE(scene_.running_max, 3u);
}

TEST_F(AtOnce, runs_as_many_at_a_time_as_it_may)
{
    bool ended = false;
    testing::spawn(loop_, note_end(act_at_once(scene_, 10, 3), ended));
    loop_.restart();
    while (scene_.running < 3 && loop_.run_one() > 0) {
    }
    EXPECT_EQ(scene_.running, 3u);

    scene_.let_go = 10;
    scene_.changed.notify();
    loop_.run();
    EXPECT_TRUE(ended);
}

TEST_F(AtOnce, nothing_to_do_is_a_success)
{
    EXPECT_TRUE(testing::await(loop_, act_at_once(scene_, 0, 3)));
}

TEST_F(AtOnce, begins_no_more_after_an_error_and_tells_that_of_the_lowest_number)
{
    for (std::size_t lanes : {1, 3}) {
        Scene scene(loop_);
        scene.let_go = 10;
        scene.fails = 2;

        const Result<void> done = testing::await(loop_, act_at_once(scene, 10, lanes));

        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().detail, "number 2");
        EXPECT_LE(scene.begun.size(), 2 + lanes);
        EXPECT_EQ(scene.ended.size(), scene.begun.size());
    }
}

TEST_F(AtOnce, passes_on_an_exception)
{
    const auto make = [](std::size_t number) { return throw_a_logic_error(number); };
    EXPECT_THROW(testing::await(loop_, at_once(1, 3, make)), std::logic_error);
    EXPECT_THROW(testing::await(loop_, at_once(5, 3, make)), std::logic_error);
}

TEST_F(AtOnce, ends_when_its_caller_is_cancelled)
{
    bool ended = false;
    TaskScope scope(loop_.get_executor(), Log());
    scope.spawn(note_end(act_at_once(scene_, 10, 3), ended));
    loop_.restart();
    while (scene_.running < 3 && loop_.run_one() > 0) {
    }

    scope.cancel();
    testing::await(loop_, scope.join());

    EXPECT_EQ(scene_.begun.size(), 3u);
    EXPECT_FALSE(ended);
}

} // namespace sluice::at_once_test
