// SPDX-License-Identifier: Apache-2.0
#include "blob/byte_budget.h"

#include "async/task_scope.h"
#include "async/testing.h"

#include <gtest/gtest.h>

namespace sluice::byte_budget_test {

namespace {

using testing::await;

struct Scene {
    explicit Scene(asio::io_context& loop) : go(loop.get_executor()) {}

    std::vector<std::uint64_t> given; // in this order
    Signal go;                        // one gives back
};

Async<void> take_and_hold(ByteBudget& budget, std::uint64_t bytes, Scene& scene)
{
    const ByteBudget::Taken taken = co_await budget.take(bytes);
    scene.given.push_back(bytes);
    co_await scene.go.wait();
}

class ByteBudgetTest : public ::testing::Test {
protected:
    ~ByteBudgetTest() override
    {
        scope_.cancel();
        await(loop_, scope_.join());
    }

    void take(std::uint64_t bytes)
    {
        scope_.spawn(take_and_hold(budget_, bytes, scene_));
        settle();
    }

    void settle()
    {
        loop_.restart();
        loop_.poll();
    }

    using Given = std::vector<std::uint64_t>;

    asio::io_context loop_;
    ByteBudget budget_{loop_.get_executor(), 100};
    Scene scene_{loop_};
    TaskScope scope_{loop_.get_executor(), Log()};
};

} // namespace

TEST_F(ByteBudgetTest, gives_what_there_is_room_for)
{
    take(60);
    take(40);
    take(1);

    EXPECT_EQ(scene_.given, (Given{60, 40}));
    EXPECT_EQ(budget_.used(), 100u);
}

TEST_F(ByteBudgetTest, goes_on_in_the_order_of_the_calls_when_something_comes_back)
{
    take(100);
    take(80);
    take(10); // there would be room sooner, but it came later

    scene_.go.notify();
    settle();

    EXPECT_EQ(scene_.given, (Given{100, 80, 10}));
}

TEST_F(ByteBudgetTest, what_is_not_kept_is_for_others)
{
    ByteBudget::Taken taken = await(loop_, budget_.take(100));
    take(60);

    taken.keep(50);
    settle();
    EXPECT_EQ(scene_.given, Given{});

    taken.keep(40);
    taken.keep(400); // there are no more than these
    settle();

    EXPECT_EQ(scene_.given, Given{60});
    EXPECT_EQ(budget_.used(), 100u);
}

TEST_F(ByteBudgetTest, gives_more_than_the_whole_to_one_that_has_it_alone)
{
    take(10);
    take(500);
    EXPECT_EQ(scene_.given, (Given{10}));

    scene_.go.notify();
    settle();
    take(1);

    EXPECT_EQ(scene_.given, (Given{10, 500}));
    EXPECT_EQ(budget_.used_max(), 500u);
}

TEST_F(ByteBudgetTest, a_cancelled_caller_does_not_hold_up_the_others)
{
    take(100);
    TaskScope impatient(loop_.get_executor(), Log());
    impatient.spawn(take_and_hold(budget_, 100, scene_));
    settle();
    take(50);

    impatient.cancel();
    await(loop_, impatient.join());
    scene_.go.notify();
    settle();

    EXPECT_EQ(scene_.given, (Given{100, 50}));
}

} // namespace sluice::byte_budget_test
