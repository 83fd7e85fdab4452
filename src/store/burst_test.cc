// SPDX-License-Identifier: Apache-2.0
#include "store/burst.h"

#include "store/operation.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <memory>

namespace sluice::burst_test {
namespace {

using namespace std::chrono_literals;
using Told = std::vector<std::vector<int>>;

class BurstTest : public ::testing::Test {
protected:
    explicit BurstTest(Burst::Clock::duration hold = 1h)
        : burst(
              loop.get_executor(), [this](auto pushed) { tell(pushed); }, hold
          )
    {}

    // `number` stands for the operation that is pushed.
    void push(int number)
    {
        auto operation = std::make_unique<Operation<Heartbeat>>(Heartbeat{});
        operation->misses = number;
        burst.push(*operation);
        operations.push_back(std::move(operation));
    }

    template <class Work>
    void in_a_turn(Work work)
    {
        asio::post(loop, std::move(work));
    }

    void turn()
    {
        loop.restart();
        loop.poll();
    }

    asio::io_context loop;
    Told told;
    Burst burst;

private:
    void tell(std::span<OperationBase* const> pushed)
    {
        std::vector<int>& numbers = told.emplace_back();
        for (const OperationBase* operation : pushed)
            numbers.push_back(operation->misses);
    }

    std::vector<std::unique_ptr<Operation<Heartbeat>>> operations;
};

class ImpatientBurst : public BurstTest {
protected:
    ImpatientBurst() : BurstTest(0s) {}
};

TEST_F(BurstTest, what_one_turn_pushes_is_told_once_in_order)
{
    in_a_turn([this] {
        push(1);
        push(2);
    });
    in_a_turn([this] { push(3); });
    turn();
    EXPECT_EQ(told, (Told{{1, 2, 3}}));
    push(4);
    turn();
    EXPECT_EQ(told, (Told{{1, 2, 3}, {4}}));
}

TEST_F(BurstTest, one_that_comes_alone_is_told_in_the_next_turn)
{
    push(1);
    EXPECT_EQ(told, Told{});
    EXPECT_EQ(loop.run_one(), 1u);
    EXPECT_EQ(told, Told{{1}});
}

TEST_F(BurstTest, what_is_expected_is_waited_for_one_turn)
{
    push(1);
    burst.expect();
    in_a_turn([this] { push(2); });
    turn();
    EXPECT_EQ(told, (Told{{1, 2}}));
    push(3);
    burst.expect(); // and does not come
    turn();
    EXPECT_EQ(told, (Told{{1, 2}, {3}}));
}

TEST_F(BurstTest, what_is_expected_while_nothing_waits_holds_up_nobody)
{
    burst.expect();
    push(1);
    EXPECT_EQ(loop.run_one(), 1u);
    EXPECT_EQ(told, Told{{1}});
}

TEST_F(ImpatientBurst, a_turn_that_lasts_is_not_waited_for)
{
    in_a_turn([this] {
        push(1);
        push(2);
        EXPECT_EQ(told, (Told{{1, 2}}));
        push(3);
    });
    turn();
    EXPECT_EQ(told, (Told{{1, 2}, {3}}));
    push(4);
    burst.expect();
    loop.restart(); // the turn before has left nothing to do
    EXPECT_EQ(loop.run_one(), 1u);
    EXPECT_EQ(told.back(), std::vector<int>{4});
}

TEST_F(BurstTest, that_has_ended_tells_nothing)
{
    std::optional<Burst> ended;
    ended.emplace(loop.get_executor(), [](auto) { ADD_FAILURE(); });
    Operation<Heartbeat> operation{Heartbeat{}};
    ended->push(operation);
    ended.reset();
    turn();
}

} // namespace
} // namespace sluice::burst_test
