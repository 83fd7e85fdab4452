// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"
#include "store/sqlite/testing.h"

#include <algorithm>
#include <map>

namespace sluice::sqlite::claim_test {
namespace {

using Mark = Tables::QueueMark;

Place place_of(std::int64_t task, std::int64_t queue, int nprio)
{
    return {.task = {task}, .run = {1}, .queue = {queue}, .nprio = nprio, .run_at = std::nullopt};
}

bool claimed_before(const Place& a, const Place& b)
{
    return std::tie(a.nprio, a.task) < std::tie(b.nprio, b.task);
}

std::vector<Mark> marks_of(std::int64_t queues)
{
    std::vector<Mark> marks;
    for (std::int64_t id = 1; id <= queues; ++id)
        marks.push_back({.queue = {id}, .task = {}});
    return marks;
}

// Fills so many queues with places of random priorities and takes them in portions of random size:
// each portion must be what a sorted list of everything would give.
void drain_in_order(std::uint64_t seed, std::int64_t queues, std::int64_t count)
{
    SCOPED_TRACE(::testing::Message() << "seed " << seed << ", " << queues << " queues");
    SeededRandom random(seed);
    const auto below = [&](std::int64_t limit) {
        return static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(limit));
    };
    auto session = testing::connected({.path = ":memory:"});
    session->begin_write();
    std::vector<Place> expected;
    for (std::int64_t id = 1; id <= count; ++id)
        expected.push_back(place_of(id, 1 + below(queues), static_cast<int>(below(4)) - 2));
    session->tables().insert_ready(expected);
    std::ranges::sort(expected, claimed_before);

    const std::vector<Mark> marks = marks_of(queues);
    for (std::size_t done = 0; done < expected.size();) {
        const auto limit = static_cast<std::size_t>(1 + below(40));
        const std::vector<Place> taken =
            session->tables().take_ready_heads(marks, limit, {}).places;
        const std::size_t left = expected.size() - done;
        ASSERT_EQ(taken.size(), std::min(limit, left));
        for (const Place& place : taken)
            ASSERT_EQ(place, expected[done++]);
    }
    EXPECT_TRUE(session->tables().take_ready_heads(marks, 5, {}).places.empty());
    EXPECT_TRUE(session->tables().queue_heads().empty());
    session->commit();
}

TEST(Claim, heads_come_by_priority_then_age_over_all_queues)
{
    for (const std::uint64_t seed : {1, 2, 3})
        for (const std::int64_t queues : {1, 2, 7, 60})
            drain_in_order(seed, queues, 300);
}

TEST(Claim, only_the_named_queues_give)
{
    auto session = testing::connected({.path = ":memory:"});
    session->begin_write();
    const Place places[] = {place_of(1, 1, 0), place_of(2, 2, -9), place_of(3, 3, 0)};
    session->tables().insert_ready(places);
    const Mark marks[] = {{.queue = {3}, .task = {}}, {.queue = {1}, .task = {}}};

    const std::vector<Place> taken = session->tables().take_ready_heads(marks, SIZE_MAX, {}).places;

    ASSERT_EQ(taken.size(), 2u);
    EXPECT_EQ(taken[0].task, TaskId{1});
    EXPECT_EQ(taken[1].task, TaskId{3});
    const std::vector<Mark> left = session->tables().queue_heads();
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].queue, QueueId{2});
    EXPECT_EQ(left[0].nprio, -9);
    EXPECT_EQ(left[0].task, TaskId{2});
    EXPECT_TRUE(session->tables().take_ready_heads({}, 5, {}).places.empty());
    EXPECT_TRUE(session->tables().take_ready_heads(marks, 0, {}).places.empty());
    session->commit();
}

} // namespace
} // namespace sluice::sqlite::claim_test
