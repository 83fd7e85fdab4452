// SPDX-License-Identifier: Apache-2.0
#include "store/execution_search.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::execution_search_test {

namespace {

// Runs 1 to `newest`, of which those fit that `fits` says; counts how many were looked at.
class Runs {
public:
    Runs(std::int64_t newest, std::function<bool(std::int64_t)> fits)
        : newest_(newest), fits_(std::move(fits))
    {}

    FoundExecutions search(RunId before, std::size_t limit)
    {
        ExecutionReads::Filter filter;
        filter.before = before;
        filter.limit = limit;
        looked_at = 0;
        return search_executions(filter, [this](RunId from, std::size_t piece) {
            std::vector<SeenExecution> seen;
            for (std::int64_t id = std::min(newest_, from.value - 1); id > 0 && seen.size() < piece;
                 --id)
                seen.push_back({RunId{id}, fits_(id)});
            looked_at += seen.size();
            return seen;
        });
    }

    std::size_t looked_at = 0;

private:
    std::int64_t newest_;
    std::function<bool(std::int64_t)> fits_;
};

} // namespace

TEST(ExecutionSearch, looks_at_a_bounded_number_of_runs_for_one_page)
{
    Runs runs(1'000'000, [](std::int64_t id) { return id == 970'001; });
    FoundExecutions page = runs.search(RunId{}, 10);
    EXPECT_TRUE(page.runs.empty());
    EXPECT_LT(runs.looked_at, 13'000u);
    int pages = 1;
    for (; page.runs.empty(); ++pages) {
        ASSERT_TRUE(page.go_on_before);
        page = runs.search(page.go_on_before, 10);
    }
    EXPECT_EQ(page.runs, std::vector{RunId{970'001}});
    EXPECT_LE(pages, 4);
}

TEST(ExecutionSearch, misses_nothing_over_all_pages)
{
    Runs runs(30'000, [](std::int64_t id) { return id % 7 == 0; });
    for (const std::size_t limit : {1000u, 3000u}) {
        std::vector<RunId> found;
        RunId before;
        do {
            const FoundExecutions page = runs.search(before, limit);
            EXPECT_LE(page.runs.size(), limit);
            found.insert(found.end(), page.runs.begin(), page.runs.end());
            before = page.go_on_before;
        } while (before);
        EXPECT_EQ(found.size(), 4285u);
        EXPECT_TRUE(std::ranges::is_sorted(found, std::ranges::greater()));
        EXPECT_EQ(std::ranges::adjacent_find(found), found.end());
    }
}

TEST(ExecutionSearch, says_when_there_is_no_more)
{
    Runs runs(10, [](std::int64_t) { return true; });
    EXPECT_EQ(runs.search(RunId{}, 10).go_on_before, RunId{});
    EXPECT_EQ(runs.search(RunId{}, 9).go_on_before, RunId{2});
    EXPECT_EQ(runs.search(RunId{2}, 9).go_on_before, RunId{});
}

} // namespace sluice::execution_search_test
