// SPDX-License-Identifier: Apache-2.0
#include "async/inbox.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sluice::inbox_test {
namespace {

using Numbers = std::vector<int>;

struct Fixture {
    asio::io_context loop;
    std::optional<Inbox> inbox{loop.get_executor()};
    Numbers done;

    bool post(int number)
    {
        return inbox->post([this, number] { done.push_back(number); });
    }
};

TEST(Inbox, runs_a_burst_in_order_in_one_turn_of_the_loop)
{
    Fixture f;
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(f.post(i));
    EXPECT_TRUE(f.done.empty());

    EXPECT_EQ(f.loop.run(), 1u);
    ASSERT_EQ(f.done.size(), 100u);
    EXPECT_TRUE(std::is_sorted(f.done.begin(), f.done.end()));
}

TEST(Inbox, takes_work_from_work_for_the_next_turn)
{
    Fixture f;
    ASSERT_TRUE(f.inbox->post([&f] {
        EXPECT_TRUE(f.post(2));
        f.done.push_back(1);
    }));
    EXPECT_EQ(f.loop.run(), 2u);
    EXPECT_EQ(f.done, (Numbers{1, 2}));
}

TEST(Inbox, takes_work_from_many_threads_while_the_loop_runs)
{
    constexpr int threads = 20;
    constexpr int works = 500;
    Fixture f;
    std::optional guard(asio::make_work_guard(f.loop));
    std::thread runs([&] { f.loop.run(); });
    std::vector<std::thread> users;
    for (int user = 0; user < threads; ++user)
        users.emplace_back([&, user] {
            for (int i = 0; i < works; ++i)
                EXPECT_TRUE(f.post(user * works + i));
        });
    for (std::thread& user : users)
        user.join();
    guard.reset();
    runs.join();

    ASSERT_EQ(f.done.size(), static_cast<std::size_t>(threads * works));
    Numbers last(threads, -1);
    for (const int number : f.done) {
        int& before = last[static_cast<std::size_t>(number / works)];
        EXPECT_LT(before, number);
        before = number;
    }
}

TEST(Inbox, that_is_closed_takes_nothing_and_runs_what_it_has)
{
    Fixture f;
    EXPECT_TRUE(f.post(1));
    f.inbox->close();
    EXPECT_FALSE(f.post(2));
    f.loop.run();
    EXPECT_EQ(f.done, Numbers{1});
}

TEST(Inbox, that_has_ended_runs_nothing_and_drops_what_it_had)
{
    Fixture f;
    const auto kept = std::make_shared<int>(1);
    ASSERT_TRUE(f.inbox->post([kept] { ADD_FAILURE() << "it was run"; }));
    f.inbox.reset();
    EXPECT_EQ(kept.use_count(), 1);
    EXPECT_EQ(f.loop.run(), 1u);
}

TEST(Inbox, work_that_throws_ends_its_burst_and_not_the_inbox)
{
    Fixture f;
    EXPECT_TRUE(f.post(1));
    ASSERT_TRUE(f.inbox->post([] { throw std::logic_error("a bug"); }));
    EXPECT_TRUE(f.post(3));
    EXPECT_THROW(f.loop.run(), std::logic_error);
    EXPECT_EQ(f.done, Numbers{1});

    EXPECT_TRUE(f.post(4));
    f.loop.restart();
    f.loop.run();
    EXPECT_EQ(f.done, (Numbers{1, 4}));
}

} // namespace
} // namespace sluice::inbox_test
