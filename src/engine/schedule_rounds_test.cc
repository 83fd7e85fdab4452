// SPDX-License-Identifier: Apache-2.0
#include "engine/schedule_rounds.h"

#include "engine/testing.h"

namespace sluice::schedule_rounds_test {
namespace {

using testing::await;
using testing::EngineTest;
using namespace std::chrono_literals;

using Names = std::vector<std::string>;

// Fires whatever it is given by doing nothing, once and for all.
class RoundsTest : public EngineTest {
protected:
    RoundsTest() { start(); }

    ScheduleRounds::Options of_kind(ScheduleKind kind)
    {
        ScheduleRounds::Options made;
        made.kind = kind;
        return made;
    }

    void make(ScheduleRounds::Options made)
    {
        rounds.emplace(
            loop.get_executor(), db.store(),
            [this](StoredSchedule schedule, std::size_t& spare) {
                return fire(std::move(schedule), spare);
            },
            std::move(made), Log()
        );
    }

    void create(std::string name, ScheduleKind kind, Micros due_in = 1h)
    {
        CreateSchedule request;
        request.text.name = name;
        request.text.timing.ticks = SingleTick{clock.wall() + due_in};
        request.text.document = "{}";
        request.kind = kind;
        if (kind != ScheduleKind::batches)
            request.key = std::move(name);
        if (kind == ScheduleKind::trigger)
            request.text.due = ScheduleText::Due::at_once;
        ASSERT_TRUE(db(request));
    }

    std::size_t look() { return await(loop, rounds->run_once()).value(); }

    Names take_fired()
    {
        std::ranges::sort(fired);
        return std::exchange(fired, {});
    }

    std::optional<ScheduleRounds> rounds;
    Names fired;
    std::vector<std::size_t> spares;

private:
    Async<void> fire(StoredSchedule schedule, std::size_t& spare)
    {
        fired.push_back(schedule.row.name);
        spares.push_back(spare);
        if (spare > 0)
            --spare;
        SettleSchedule request;
        request.move.schedule = schedule.row.id;
        request.move.version = schedule.row.version;
        request.move.settled_before = schedule.row.settled;
        request.move.settled = db.store().clock().now();
        const Result<bool> settled = co_await db.store().settle_schedule(std::move(request));
        EXPECT_TRUE(settled);
    }
};

Async<void> run_until_closed(ScheduleRounds& rounds, bool& ended)
{
    co_await rounds.run();
    ended = true;
}

TEST_F(RoundsTest, take_what_is_due_of_their_kind_and_nothing_else)
{
    create("batch", ScheduleKind::batches);
    create("workflow", ScheduleKind::workflow);
    make(of_kind(ScheduleKind::workflow));
    EXPECT_EQ(look(), 0u) << "it is not due yet";
    clock.advance(1h);
    EXPECT_EQ(look(), 1u);
    EXPECT_EQ(take_fired(), Names{"workflow"});
    EXPECT_EQ(look(), 0u);

    make(of_kind(ScheduleKind::batches));
    EXPECT_EQ(look(), 1u);
    EXPECT_EQ(take_fired(), Names{"batch"});
}

TEST_F(RoundsTest, are_bounded_and_share_what_is_left_among_their_schedules)
{
    for (int i = 0; i < 5; ++i)
        create(std::to_string(i), ScheduleKind::workflow);
    clock.advance(1h);
    ScheduleRounds::Options bounded = of_kind(ScheduleKind::workflow);
    bounded.ticks_max = 3;
    make(bounded);
    EXPECT_EQ(look(), 3u);
    EXPECT_EQ(spares, (std::vector<std::size_t>{0, 0, 0}));
    spares.clear();
    EXPECT_EQ(look(), 2u);
    EXPECT_EQ(spares, (std::vector<std::size_t>{1, 0}));
    EXPECT_EQ(take_fired(), (Names{"0", "1", "2", "3", "4"}));
}

TEST_F(RoundsTest, take_those_triggers_that_can_be_asked_here)
{
    create("a", ScheduleKind::trigger);
    create("b", ScheduleKind::trigger);
    ScheduleRounds::Options of_one = of_kind(ScheduleKind::trigger);
    of_one.keys = {"a"};
    make(of_one);
    look();
    EXPECT_EQ(take_fired(), Names{"a"});
    look();
    EXPECT_EQ(take_fired(), Names{});
    rounds->serve({"a", "b"});
    look();
    EXPECT_EQ(take_fired(), Names{"b"});
}

TEST_F(RoundsTest, wake_for_what_a_commit_has_made_due_and_end_when_they_are_closed)
{
    make(of_kind(ScheduleKind::workflow));
    engine->on_changes([this](const Changes& changes) { rounds->changed(changes); });
    bool ended = false;
    testing::spawn(loop, run_until_closed(*rounds, ended));
    create("soon", ScheduleKind::workflow, 1us);
    clock.advance(1us);
    testing::turn_until(loop, [&] { return !fired.empty(); });
    EXPECT_EQ(take_fired(), Names{"soon"});
    rounds->close();
    testing::turn_until(loop, [&] { return ended; });
}

} // namespace
} // namespace sluice::schedule_rounds_test
