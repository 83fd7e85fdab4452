// SPDX-License-Identifier: Apache-2.0
#include "base/guarded.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace sluice::guarded_test {

namespace {

TEST(Guarded, is_made_from_the_arguments_of_its_value)
{
    Guarded<std::string> text(3, 'x');

    EXPECT_EQ(text.with([](std::string& value) { return value; }), "xxx");
}

TEST(Guarded, keeps_what_the_body_did)
{
    Guarded<std::vector<int>> numbers;

    numbers.with([](std::vector<int>& value) { value.push_back(7); });

    EXPECT_EQ(numbers.with([](std::vector<int>& value) { return value.size(); }), 1u);
}

TEST(Guarded, lets_one_thread_in_at_a_time)
{
    Guarded<int> count(0);
    const auto count_up = [&] {
        for (int i = 0; i < 10'000; ++i)
            count.with([](int& value) { ++value; });
    };

    std::thread first(count_up);
    std::thread second(count_up);
    first.join();
    second.join();

    EXPECT_EQ(count.with([](int& value) { return value; }), 20'000);
}

TEST(Guarded, is_free_again_after_a_body_that_throws)
{
    Guarded<int> count(0);

    EXPECT_THROW(count.with([](int&) { throw 1; }), int);

    EXPECT_EQ(count.with([](int& value) { return ++value; }), 1);
}

} // namespace

} // namespace sluice::guarded_test
