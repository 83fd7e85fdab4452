// SPDX-License-Identifier: Apache-2.0
#include "workflows/run_cache.h"

#include <gtest/gtest.h>

namespace sluice::run_cache_test {
namespace {

SharedEnd end(RunId run, TaskId task, int attempt = 1, std::string result = {})
{
    auto row = std::make_shared<DoneRow>();
    row->run = run;
    row->task = task;
    row->attempt = attempt;
    row->result = std::move(result);
    return row;
}

std::shared_ptr<const std::string> text(std::string value)
{
    return std::make_shared<const std::string>(std::move(value));
}

TEST(RunCache, knows_the_ends_that_came_with_commits)
{
    RunCache cache(1 << 20);
    Changes changes;
    changes.ends = {
        end(RunId{1}, TaskId{10}), end(RunId{1}, TaskId{11}), end(RunId{2}, TaskId{20})};
    cache.changed(changes);
    EXPECT_EQ(cache.end(RunId{1}, TaskId{11}, 1), changes.ends[1]);
    EXPECT_EQ(cache.ends(RunId{1}).size(), 2U);
    EXPECT_EQ(cache.end(RunId{1}, TaskId{20}, 1), nullptr);
    EXPECT_EQ(cache.end(RunId{3}, TaskId{30}, 1), nullptr);
    EXPECT_EQ(cache.size(), 2U) << "a question makes no run";
}

TEST(RunCache, knows_when_a_run_was_created)
{
    RunCache cache(1 << 20);
    EXPECT_FALSE(cache.created_at(RunId{1}));
    cache.keep_created_at(RunId{1}, from_micros(7));
    EXPECT_EQ(cache.created_at(RunId{1}), from_micros(7));
    cache.forget(RunId{1});
    EXPECT_FALSE(cache.created_at(RunId{1}));
}

TEST(RunCache, does_not_know_an_end_by_another_attempt)
{
    RunCache cache(1 << 20);
    cache.keep(end(RunId{1}, TaskId{10}, 1));
    EXPECT_EQ(cache.end(RunId{1}, TaskId{10}, 2), nullptr);
    const SharedEnd again = end(RunId{1}, TaskId{10}, 2);
    cache.keep(again);
    EXPECT_EQ(cache.end(RunId{1}, TaskId{10}, 2), again);
    EXPECT_EQ(cache.ends(RunId{1}).size(), 1U);
}

TEST(RunCache, tells_the_empty_initial_context_from_one_that_it_does_not_know)
{
    RunCache cache(1 << 20);
    EXPECT_EQ(cache.initial_context(RunId{1}), nullptr);
    cache.keep_initial_context(RunId{1}, text(""));
    ASSERT_NE(cache.initial_context(RunId{1}), nullptr);
    EXPECT_EQ(*cache.initial_context(RunId{1}), "");
}

TEST(RunCache, gives_up_the_runs_that_were_not_used_for_longest)
{
    RunCache cache(100'000);
    const std::string large(30'000, 'x');
    for (const std::int64_t run : {1, 2, 3})
        cache.keep(end(RunId{run}, TaskId{run * 10}, 1, large));
    EXPECT_NE(cache.end(RunId{1}, TaskId{10}, 1), nullptr); // used, so 2 is next
    cache.keep_initial_context(RunId{4}, text(large));
    EXPECT_EQ(cache.end(RunId{2}, TaskId{20}, 1), nullptr);
    EXPECT_NE(cache.end(RunId{1}, TaskId{10}, 1), nullptr);
    EXPECT_NE(cache.end(RunId{3}, TaskId{30}, 1), nullptr);
    EXPECT_LE(cache.bytes(), 100'000U);
}

TEST(RunCache, never_holds_more_than_its_limit)
{
    RunCache cache(10'000);
    cache.keep(end(RunId{1}, TaskId{10}, 1, std::string(50'000, 'x')));
    EXPECT_EQ(cache.end(RunId{1}, TaskId{10}, 1), nullptr);
    EXPECT_EQ(cache.bytes(), 0U);
}

TEST(RunCache, has_nothing_left_of_runs_that_it_forgot)
{
    RunCache cache(1 << 20);
    cache.keep(end(RunId{1}, TaskId{10}, 1, "abc"));
    cache.keep(end(RunId{1}, TaskId{10}, 2, "abcdef")); // in its place
    cache.keep_initial_context(RunId{1}, text("abc"));
    cache.keep_initial_context(RunId{1}, text("a"));
    cache.forget(RunId{1});
    cache.forget(RunId{1});
    EXPECT_EQ(cache.size(), 0U);
    EXPECT_EQ(cache.bytes(), 0U);
}

} // namespace
} // namespace sluice::run_cache_test
