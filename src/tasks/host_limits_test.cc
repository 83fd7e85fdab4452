// SPDX-License-Identifier: Apache-2.0
#include "tasks/host_limits.h"

#include "async/task_scope.h"
#include "async/testing.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>

#include <map>
#include <memory>
#include <vector>

namespace sluice::host_limits_test {
namespace {

class HostLimitsTest : public ::testing::Test {
protected:
    ~HostLimitsTest() override
    {
        places.clear();
        for (const auto& [number, scope] : scopes)
            scope->cancel();
        turn();
    }

    // Somebody with a number comes and stays until `places` lets him go.
    void come(int number, const std::string& target)
    {
        auto& scope = scopes[number] = std::make_unique<TaskScope>(loop.get_executor(), Log());
        scope->spawn(stay(number, target));
        turn();
    }

    void turn()
    {
        loop.restart();
        while (loop.poll_one() > 0) {
        }
    }

    void go(int number)
    {
        places.erase(number);
        turn();
    }

    Async<void> stay(int number, std::string target)
    {
        HostLimits::Place place = co_await limits.enter(target);
        order.push_back(number);
        places.emplace(number, std::move(place));
    }

    asio::io_context loop;
    HostLimits limits{loop.get_executor(), 2};
    std::map<int, HostLimits::Place> places;
    std::map<int, std::unique_ptr<TaskScope>> scopes;
    std::vector<int> order;
};

TEST_F(HostLimitsTest, lets_so_many_in_and_the_others_in_their_order)
{
    for (int number = 1; number <= 5; ++number)
        come(number, "a");
    EXPECT_EQ(order, (std::vector{1, 2}));
    EXPECT_EQ(limits.waiting("a"), 3u);
    EXPECT_FALSE(limits.has_room("a"));

    go(2);
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
    go(1);
    go(3);
    EXPECT_EQ(order, (std::vector{1, 2, 3, 4, 5}));
    EXPECT_EQ(limits.in_flight("a"), 2u);
    go(4);
    go(5);
    EXPECT_EQ(limits.in_flight("a"), 0u);
}

TEST_F(HostLimitsTest, a_full_target_does_not_hold_up_another)
{
    for (int number = 1; number <= 3; ++number)
        come(number, "a");
    come(4, "b");
    EXPECT_EQ(order, (std::vector{1, 2, 4}));
}

TEST_F(HostLimitsTest, who_is_cancelled_leaves_the_line)
{
    for (int number = 1; number <= 4; ++number)
        come(number, "a");
    scopes[3]->cancel();
    turn();
    EXPECT_EQ(limits.waiting("a"), 1u);
    go(1);
    EXPECT_EQ(order, (std::vector{1, 2, 4}));
}

TEST_F(HostLimitsTest, a_place_given_to_one_who_is_cancelled_meanwhile_goes_to_the_next)
{
    for (int number = 1; number <= 4; ++number)
        come(number, "a");
    asio::post(loop, [this] {
        places.erase(1); // 3 has it, but does not know yet
        scopes[3]->cancel();
    });
    turn();
    EXPECT_EQ(order, (std::vector{1, 2, 4}));
    EXPECT_EQ(limits.in_flight("a"), 2u);
}

} // namespace
} // namespace sluice::host_limits_test
