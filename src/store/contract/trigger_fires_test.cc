// SPDX-License-Identifier: Apache-2.0
// What a trigger fires: a run and its tick, and no context twice while its run is active.
#include "store/contract/workflow_schedule_contract.h"

namespace sluice::trigger_fires_test {

class TriggerFires : public WorkflowScheduleContract {
protected:
    static std::string hash(int n) { return fmt::format("{:032x}", n); }

    static TriggerFire fire_of(const ScheduleRow& trigger, int context = 1)
    {
        return {trigger.id, trigger.version, hash(context), false};
    }
    static Submit firing(const TriggerFire& fire)
    {
        Submit request = order_run();
        request.fire = fire;
        return request;
    }
    static Submit firing(const ScheduleRow& trigger, int context = 1)
    {
        return firing(fire_of(trigger, context));
    }
    Result<Submitted> fire(const ScheduleRow& trigger, int context = 1)
    {
        return db(firing(trigger, context));
    }

    Time next_millisecond() { return std::chrono::ceil<std::chrono::milliseconds>(now()); }

    // The wall clock is set, and the store follows.
    void set_clock(Micros jump)
    {
        look_at_clock();
        clock.jump(jump);
        look_at_clock();
    }

private:
    void look_at_clock()
    {
        CheckClock request;
        request.offset = db.store().clock().measured(clock.wall());
        ASSERT_TRUE(db(request));
    }
};

TEST_P(TriggerFires, are_ticks_with_their_runs)
{
    const ScheduleRow made = create_trigger();
    const Submitted fired = fire(made).value();
    TickRow expected;
    expected.schedule = made.id;
    expected.at = next_millisecond();
    expected.fired_at = now();
    expected.run = fired.run;
    expected.context_hash = hash(1);
    EXPECT_EQ(only_tick(made.id), expected);

    ScheduleRow after = made;
    after.last_run = fired.run;
    after.last_fired_at = now();
    after.tick_count = 1;
    EXPECT_EQ(row(made.id), after) << "whoever has the trigger keeps it";
    EXPECT_EQ(events(fired.run), std::vector<std::string>{});
}

TEST_P(TriggerFires, do_not_repeat_a_context_while_its_run_is_active)
{
    const ScheduleRow made = create_trigger();
    ASSERT_TRUE(fire(made));
    clock.advance(1s);
    const Result<Submitted> again = fire(made);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::conflict);
    EXPECT_EQ(ticks(made.id).size(), 1u);
    EXPECT_TRUE(fire(made, 2)) << "another context";
    EXPECT_TRUE(fire(create_trigger("mails"))) << "another trigger";

    drain(worker());
    EXPECT_TRUE(fire(made));
    EXPECT_FALSE(fire(made));
}

TEST_P(TriggerFires, repeat_a_context_where_that_is_allowed)
{
    const ScheduleRow made = create_trigger();
    TriggerFire allowed = fire_of(made);
    allowed.may_be_active = true;
    EXPECT_TRUE(db(firing(allowed)));
    EXPECT_TRUE(db(firing(allowed)));
    EXPECT_FALSE(fire(made));
    EXPECT_EQ(ticks(made.id).size(), 2u);
}

TEST_P(TriggerFires, of_one_group_do_not_repeat_a_context)
{
    const ScheduleRow made = create_trigger();
    const auto [first, second, other] = db.together(firing(made), firing(made), firing(made, 2));
    EXPECT_TRUE(first && other);
    EXPECT_EQ(second.error().code, Errc::conflict);
    const std::vector<TickRow> both = ticks(made.id);
    ASSERT_EQ(both.size(), 2u);
    EXPECT_EQ(both[0].at, both[1].at + 1ms);
}

TEST_P(TriggerFires, repeat_a_context_whose_run_ends_in_the_same_group)
{
    const ScheduleRow made = create_trigger();
    ASSERT_TRUE(fire(made));
    const WorkerId w = worker();
    const Leased last = claim_one(w);
    const auto [ended, again] = db.together(success_of(last, w), firing(made));
    EXPECT_TRUE(ended && again);
}

TEST_P(TriggerFires, repeat_a_context_whose_run_was_deleted)
{
    const ScheduleRow made = create_trigger();
    const Submitted fired = fire(made).value();
    ASSERT_TRUE(db(Cancel{target(fired.run)}));
    while (!db(DeleteRun{fired.run}).value())
        continue;
    EXPECT_TRUE(fire(made));
}

TEST_P(TriggerFires, stand_at_the_first_free_millisecond)
{
    const ScheduleRow made = create_trigger();
    clock.advance(1us);
    const Time first = next_millisecond();
    EXPECT_GT(first, now());
    for (int context = 1; context <= 3; ++context) {
        ASSERT_TRUE(fire(made, context));
        EXPECT_EQ(ticks(made.id).at(0).at, first + (context - 1) * 1ms);
    }
    clock.advance(2ms);
    ASSERT_TRUE(fire(made, 4));
    EXPECT_EQ(ticks(made.id).at(0).at, first + 3ms);
    clock.advance(1s);
    ASSERT_TRUE(fire(made, 5));
    EXPECT_EQ(ticks(made.id).at(0).at, next_millisecond());
}

TEST_P(TriggerFires, stand_behind_the_last_of_their_context_when_the_clock_was_set_back)
{
    const ScheduleRow made = create_trigger();
    const Time first = next_millisecond();
    ASSERT_TRUE(fire(made));
    drain(worker());
    set_clock(-1h);
    const Submitted latest = fire(made).value();
    EXPECT_EQ(ticks(made.id).at(0).at, first + 1ms);
    EXPECT_EQ(ticks(made.id).at(0).run, latest.run);
    EXPECT_FALSE(fire(made)) << "the latest one is active";
    ASSERT_TRUE(fire(made, 2));
    EXPECT_EQ(ticks(made.id).at(2).at, next_millisecond()) << "another context";
}

TEST_P(TriggerFires, of_what_was_changed_disabled_or_deleted_are_refused)
{
    const ScheduleRow made = create_trigger();
    const ScheduleRow changed = db(changing(made)).value();
    EXPECT_EQ(fire(made).error().code, Errc::not_found);
    const ScheduleRow disabled = db(changing(changed, false)).value();
    EXPECT_EQ(fire(changed).error().code, Errc::not_found);
    EXPECT_EQ(fire(disabled).error().code, Errc::not_found);
    ScheduleRow by_hand = disabled;
    by_hand.version = 0;
    EXPECT_TRUE(fire(by_hand)) << "a user's, though it is disabled";
    EXPECT_EQ(fire(by_hand).error().code, Errc::conflict) << "a user's is refused like any other";
    ASSERT_TRUE(db(DeleteSchedule{made.id, "ann"}));
    EXPECT_EQ(fire(by_hand, 2).error().code, Errc::not_found);
    EXPECT_EQ(fire(create_workflow()).error().code, Errc::not_found) << "it is no trigger";
}

class TriggerFiresOfTwo : public TriggerFires {};

TEST_P(TriggerFiresOfTwo, a_context_is_fired_by_one)
{
    const auto other = another_store();
    const ScheduleRow made = create_trigger();
    auto here = db.start(firing(made));
    auto there = other->start(firing(made));
    const int fired = (here.get() ? 1 : 0) + (there.get() ? 1 : 0);
    EXPECT_EQ(fired, 1);
    EXPECT_EQ(ticks(made.id).size(), 1u);
}

// One stops before each of its statements in turn.
TEST_P(TriggerFiresOfTwo, wherever_one_stands_a_context_is_fired_by_one)
{
    const auto other = another_store();
    const ScheduleRow made = create_trigger();
    bool was_stopped = true;
    for (int stop = 1; was_stopped; ++stop) {
        db.gate().close_at(stop);
        auto here = db.start(firing(made, stop));
        testing::turn_until(loop, [&] { return db.gate().is_reached() || here.has_answer(); });
        was_stopped = db.gate().is_reached();
        auto there = other->start(firing(made, stop));
        db.gate().open();
        const Result<Submitted> first = here.get();
        const Result<Submitted> second = there.get();
        EXPECT_NE(first.has_value(), second.has_value()) << stop;
        EXPECT_EQ((first ? second : first).error().code, Errc::conflict) << stop;
        EXPECT_EQ(ticks(made.id).size(), static_cast<std::size_t>(stop));
    }
}

INSTANTIATE_TEST_SUITE_P(Dialects, TriggerFires, ::testing::ValuesIn(all_dialects), dialect_name);
INSTANTIATE_TEST_SUITE_P(
    Dialects, TriggerFiresOfTwo, ::testing::ValuesIn(shared_dialects), dialect_name
);

} // namespace sluice::trigger_fires_test
