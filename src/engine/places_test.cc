// SPDX-License-Identifier: Apache-2.0
#include "engine/places.h"

#include "async/task_scope.h"
#include "async/testing.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <vector>

namespace sluice::places_test {
namespace {

class PlacesTest : public ::testing::Test {
protected:
    ~PlacesTest() override
    {
        for (const auto& [number, scope] : scopes)
            scope->cancel();
        turn();
    }

    // Somebody with a number comes back and wants a place.
    void come_back(int number)
    {
        auto& scope = scopes[number] = std::make_unique<TaskScope>(loop.get_executor(), Log());
        scope->spawn(enter(number));
        turn();
    }

    void turn()
    {
        loop.restart();
        while (loop.poll_one() > 0) {
        }
    }

    void take(int count)
    {
        for (int i = 0; i < count; ++i)
            places.take();
    }

    void leave()
    {
        places.leave();
        turn();
    }

    Async<void> enter(int number)
    {
        co_await places.enter(has_place[number]);
        order.push_back(number);
    }

    asio::io_context loop;
    Places places{loop.get_executor(), 16};
    std::map<int, bool> has_place;
    std::map<int, std::unique_ptr<TaskScope>> scopes;
    std::vector<int> order;
};

TEST_F(PlacesTest, those_that_come_back_are_let_in_in_their_order)
{
    take(13);
    for (int number = 1; number <= 3; ++number)
        come_back(number);
    EXPECT_EQ(order, std::vector{1});
    leave();
    EXPECT_EQ(order, (std::vector{1, 2}));
    leave();
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
    EXPECT_EQ(places.taken(), 14u);
}

TEST_F(PlacesTest, those_that_come_back_leave_the_last_places_to_others)
{
    take(14);
    come_back(1);
    EXPECT_FALSE(places.is_line_empty());
    EXPECT_EQ(places.free(), 2u);
}

TEST_F(PlacesTest, those_that_come_back_do_not_take_what_a_claim_is_to_fill)
{
    take(10);
    places.claiming(4);
    come_back(1);
    EXPECT_TRUE(order.empty());
    take(1);
    places.claiming(0);
    turn();
    EXPECT_EQ(order, std::vector{1});
}

TEST_F(PlacesTest, who_is_cancelled_leaves_the_line)
{
    take(14);
    come_back(1);
    come_back(2);
    scopes[1]->cancel();
    turn();
    leave();
    EXPECT_EQ(order, std::vector{2});
    EXPECT_FALSE(has_place[1]);
}

TEST_F(PlacesTest, the_only_place_is_for_all)
{
    Places one(loop.get_executor(), 1);
    bool has = false;
    testing::await(loop, one.enter(has));
    EXPECT_TRUE(has);
    EXPECT_EQ(one.free(), 0u);
}

} // namespace
} // namespace sluice::places_test
