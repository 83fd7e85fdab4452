// SPDX-License-Identifier: Apache-2.0
// Schedules of workflows and of triggers: who creates them, who is given them, and their ticks.
#include "store/contract/workflow_schedule_contract.h"

namespace sluice::workflow_schedules_test {

class WorkflowSchedules : public WorkflowScheduleContract {};

using Keys = std::vector<std::string>;
using enum ScheduleKind;

TEST_P(WorkflowSchedules, that_are_registered_again_stay_as_they_are)
{
    const ScheduleRow made = create_workflow();
    EXPECT_EQ(made.kind, workflow);
    EXPECT_EQ(made.key, "order");
    EXPECT_EQ(made.next_due, next_tick(Schedule{.ticks = EveryTicks{1h}}, now()));
    const ScheduleRow disabled = db(changing(made, false)).value();
    clock.advance(1h);
    CreateSchedule again = creating(workflow, "order");
    again.text.name = "another";
    EXPECT_EQ(db(again).value(), disabled);
    EXPECT_EQ(row(made.id), disabled) << "an operator has disabled it";
    EXPECT_EQ(
        events(RunId{}),
        (Keys{"schedule.create by ann: nightly", "schedule.update by bob: nightly"})
    );
}

TEST_P(WorkflowSchedules, are_told_apart_by_kind_and_key)
{
    const ScheduleRow made = create_workflow();
    EXPECT_NE(create_trigger("order").id, made.id);
    EXPECT_NE(create_workflow("parcel").id, made.id);
    const auto batch = db(creating(batches, "")).value();
    EXPECT_NE(db(creating(batches, "")).value().id, batch.id);
}

TEST_P(WorkflowSchedules, of_one_group_are_created_once)
{
    const CreateSchedule request = creating(workflow, "order");
    const auto [first, second] = db.together(request, request);
    EXPECT_EQ(first.value(), second.value());
}

TEST_P(WorkflowSchedules, change_their_key_unless_another_one_has_it)
{
    const ScheduleRow made = create_workflow();
    create_workflow("parcel");
    create_trigger("refund");
    ChangeSchedule change = changing(made);
    change.key = "parcel";
    EXPECT_EQ(db(change).error().code, Errc::conflict);
    EXPECT_EQ(row(made.id), made);
    change.key = "order";
    EXPECT_EQ(db(change).value().key, "order");
    change.version += 1;
    change.key = "refund";
    EXPECT_EQ(db(change).value().key, "refund") << "a trigger has it, which is another kind";
    change.version += 1;
    change.key = "";
    EXPECT_EQ(db(change).value().key, "refund");
    EXPECT_EQ(row(made.id).key, "refund");
    EXPECT_NE(create_workflow().id, made.id);
}

TEST_P(WorkflowSchedules, are_given_to_those_who_ask_for_their_kind)
{
    create_workflow();
    create_trigger();
    ASSERT_TRUE(db(creating(batches, "")));
    const Time first = next_tick(Schedule{.ticks = EveryTicks{1h}}, now()).value();
    EXPECT_EQ(next_due(workflow), first);
    EXPECT_EQ(next_due(batches), first);
    EXPECT_EQ(next_due(trigger, {"files"}), now());
    clock.advance(2h);
    EXPECT_EQ(take(taking(workflow)), Keys{"order"});
    EXPECT_EQ(take(taking(workflow)), Keys{}) << "it is in somebody's hands";
    EXPECT_EQ(next_due(workflow), now() + 10s);
    EXPECT_EQ(take(taking(batches)), Keys{""});
    EXPECT_EQ(take(taking(trigger, {"files"})), Keys{"files"});
}

TEST_P(WorkflowSchedules, of_triggers_are_given_to_those_who_have_the_function)
{
    for (const char* key : {"a", "b", "c"}) {
        create_trigger(key);
        clock.advance(1s);
    }
    EXPECT_EQ(take(taking(trigger)), Keys{});
    EXPECT_EQ(take(taking(trigger, {"x"})), Keys{});
    EXPECT_EQ(next_due(trigger), std::nullopt);
    EXPECT_EQ(next_due(trigger, {"x"}), std::nullopt);
    EXPECT_EQ(next_due(trigger, {"c", "b"}), now() - 2s);
    TakeSchedules one = taking(trigger, {"c", "b", "b", "x"});
    one.limit = 1;
    EXPECT_EQ(take(one), Keys{"b"}) << "the one that is due the longest";
    EXPECT_EQ(take(taking(trigger, {"a", "b", "c"})), (Keys{"a", "c"}));
    clock.advance(10s);
    EXPECT_EQ(take(taking(trigger, {"b"})), Keys{"b"}) << "who had it has died";
}

TEST_P(WorkflowSchedules, are_due_at_once_or_never_when_that_was_said)
{
    (void)db.take_changes();
    const ScheduleRow due = create_trigger();
    EXPECT_EQ(due.next_due, now());
    std::optional<Time> told;
    for (const Changes& changes : db.take_changes())
        if (changes.schedule_due)
            told = changes.schedule_due;
    EXPECT_EQ(told, now());

    const ScheduleRow off = db(changing(due, false)).value();
    EXPECT_EQ(off.next_due, std::nullopt);
    clock.advance(1s);
    EXPECT_EQ(db(changing(off)).value().next_due, now());
    EXPECT_EQ(db(creating(trigger, "idle", Due::never)).value().next_due, std::nullopt);
}

TEST_P(WorkflowSchedules, of_triggers_stay_with_who_has_taken_them)
{
    create_trigger("a");
    create_trigger("b");
    RenewTriggers renewing;
    for (const StoredSchedule& taken : db(taking(trigger, {"a", "b"})).value())
        renewing.held.push_back({taken.row.id, taken.row.version, *taken.row.next_due});
    ASSERT_EQ(renewing.held.size(), 2u);
    clock.advance(5s);
    const RenewTriggers::Reply own = db(renewing).value();
    ASSERT_EQ(own.size(), 2u);
    for (const RenewTriggers::Held& held : own) {
        EXPECT_EQ(held.next_due, now() + 10s);
        EXPECT_EQ(row(held.schedule).next_due, now() + 10s);
        EXPECT_EQ(row(held.schedule).polled_at, now());
    }
    EXPECT_TRUE(db(renewing).value().empty()) << "whoever was told less has lost them";
    clock.advance(9s);
    EXPECT_EQ(take(taking(trigger, {"a", "b"})), Keys{});

    renewing.held = own;
    ASSERT_TRUE(db(changing(row(own[0].schedule))));
    ASSERT_TRUE(db(DeleteSchedule{own[1].schedule, "ann"}));
    EXPECT_TRUE(db(renewing).value().empty()) << "one was changed, one deleted";
}

TEST_P(WorkflowSchedules, of_triggers_are_taken_over_and_then_somebody_elses)
{
    create_trigger();
    const StoredSchedule mine = db(taking(trigger, {"files"})).value().at(0);
    clock.advance(10s);
    const StoredSchedule others = db(taking(trigger, {"files"})).value().at(0);
    RenewTriggers renewing;
    renewing.held = {{mine.row.id, mine.row.version, *mine.row.next_due}};
    EXPECT_TRUE(db(renewing).value().empty());
    EXPECT_EQ(row(mine.row.id).next_due, others.row.next_due);
}

TEST_P(WorkflowSchedules, fire_runs_without_a_line_in_the_audit)
{
    const ScheduleRow before = create_workflow();
    clock.advance(1h);
    Submit firing = order_run();
    firing.tick = FiredTick{hour_of(before), hour_of(before).settled};
    const Submitted fired = submit(firing);
    EXPECT_EQ(db(firing).error().code, Errc::not_found) << "a tick is fired once";
    EXPECT_EQ(run(fired.run).row.kind, RunKind::execution);
    EXPECT_EQ(row(before.id).last_run, fired.run);
    EXPECT_EQ(row(before.id).last_fired_at, now());
    EXPECT_EQ(row(before.id).settled, hour_of(before).settled);
    EXPECT_EQ(only_tick(before.id).run, fired.run);
    EXPECT_EQ(events(fired.run), Keys{});
    EXPECT_EQ(events(RunId{}), Keys{"schedule.create by ann: nightly"});
}

TEST_P(WorkflowSchedules, remember_their_latest_ten_thousand_ticks)
{
    ScheduleRow at = create_workflow();
    const Time first = at.next_due.value();
    std::vector<testing::Pending<bool>> settled;
    for (int i = 0; i < 10'300; ++i) {
        settled.push_back(db.start(failing(at)));
        at.settled = at.next_due.value();
        at.next_due = at.settled + 1h;
    }
    for (testing::Pending<bool>& one : settled)
        ASSERT_TRUE(one.get());
    const std::vector<TickRow> all = ticks(at.id, 20'000);
    ASSERT_EQ(all.size(), 10'000u) << "however many were recorded at once";
    EXPECT_EQ(all.front().at, first + 10'299h);
    EXPECT_EQ(all.back().at, first + 300h);
    EXPECT_EQ(row(at.id).tick_count, 10'300);
}

class FailedTicks : public WorkflowScheduleContract {
protected:
    // A schedule whose only tick has failed.
    ScheduleRow with_failed_tick()
    {
        const ScheduleRow made = create_workflow();
        EXPECT_TRUE(db(failing(made)));
        return row(made.id);
    }
    RetriedTick tick_of(const ScheduleRow& row, int tries = 0)
    {
        return {row.id, row.settled, tries};
    }
    Submit trying(const RetriedTick& tick)
    {
        Submit request = order_run();
        request.tick_again = tick;
        return request;
    }
};

TEST_P(FailedTicks, become_created_ones_when_they_are_tried_again)
{
    const ScheduleRow failed = with_failed_tick();
    const TickRow before = only_tick(failed.id);
    clock.advance(1min);
    const Submitted again = submit(trying(tick_of(failed)));
    TickRow expected = before;
    expected.outcome = TickOutcome::created;
    expected.run = again.run;
    expected.reason = "";
    expected.tries = 1;
    expected.tried_at = now();
    EXPECT_EQ(only_tick(failed.id), expected);

    const ScheduleRow after = row(failed.id);
    EXPECT_EQ(after.last_run, again.run);
    EXPECT_EQ(after.last_fired_at, now());
    EXPECT_EQ(after.tick_count, 1) << "it is the same tick";
    EXPECT_EQ(after.settled, failed.settled);
    EXPECT_EQ(after.next_due, failed.next_due);
    for (const int tries : {0, 1})
        EXPECT_EQ(db(trying(tick_of(failed, tries))).error().code, Errc::not_found) << tries;
}

TEST_P(FailedTicks, count_how_often_they_were_tried_again_in_vain)
{
    const ScheduleRow failed = with_failed_tick();
    clock.advance(1min);
    ASSERT_TRUE(db(CountTickTry{tick_of(failed), "still no such workflow"}));
    const TickRow tried = only_tick(failed.id);
    EXPECT_EQ(tried.outcome, TickOutcome::failed);
    EXPECT_EQ(tried.reason, "still no such workflow");
    EXPECT_EQ(tried.tries, 1);
    EXPECT_EQ(tried.tried_at, now());

    EXPECT_EQ(db(CountTickTry{tick_of(failed), "late"}).error().code, Errc::not_found);
    EXPECT_EQ(db(trying(tick_of(failed))).error().code, Errc::not_found);
    const Submitted again = submit(trying(tick_of(failed, 1)));
    EXPECT_EQ(only_tick(failed.id).run, again.run);
    EXPECT_EQ(only_tick(failed.id).tries, 2);
}

TEST_P(FailedTicks, are_tried_again_by_one_of_a_group)
{
    const ScheduleRow failed = with_failed_tick();
    const RetriedTick tick = tick_of(failed);
    const auto [first, second, third] =
        db.together(trying(tick), trying(tick), CountTickTry{tick, "late"});
    ASSERT_TRUE(first);
    EXPECT_EQ(second.error().code, Errc::not_found);
    EXPECT_EQ(third.error().code, Errc::not_found);
    EXPECT_EQ(only_tick(failed.id).run, first->run);
    EXPECT_EQ(only_tick(failed.id).tries, 1);
}

TEST_P(FailedTicks, that_do_not_exist_are_not_tried_again)
{
    const ScheduleRow failed = with_failed_tick();
    RetriedTick unknown = tick_of(failed);
    unknown.at += 1s;
    EXPECT_EQ(db(trying(unknown)).error().code, Errc::not_found);
    EXPECT_EQ(db(CountTickTry{unknown, ""}).error().code, Errc::not_found);
    ASSERT_TRUE(db(DeleteSchedule{failed.id, "ann"}));
    EXPECT_EQ(db(trying(tick_of(failed))).error().code, Errc::not_found);
    EXPECT_EQ(db(CountTickTry{tick_of(failed), ""}).error().code, Errc::not_found);
}

// One stops before each of its statements in turn, then the other does the same.
class WorkflowSchedulesOfTwo : public FailedTicks {
protected:
    template <class Request>
    std::pair<Result<typename Request::Reply>, Result<typename Request::Reply>>
    race(testing::Driver& other, const Request& request, int stop)
    {
        db.gate().close_at(stop);
        auto here = db.start(request);
        testing::turn_until(loop, [&] { return db.gate().is_reached() || here.has_answer(); });
        was_stopped = db.gate().is_reached();
        auto there = other.start(request);
        db.gate().open();
        auto first = here.get();
        auto second = there.get();
        return {std::move(first), std::move(second)};
    }
    bool was_stopped = true;
};

TEST_P(WorkflowSchedulesOfTwo, are_created_once)
{
    const auto other = another_store();
    for (int stop = 1; was_stopped; ++stop) {
        const std::string key = fmt::format("key {}", stop);
        const auto [here, there] = race(*other, creating(workflow, key), stop);
        ASSERT_TRUE(here && there) << stop;
        EXPECT_EQ(*here, *there) << stop;
    }
}

TEST_P(WorkflowSchedulesOfTwo, a_failed_tick_is_tried_again_by_one)
{
    const auto other = another_store();
    ScheduleRow at = create_workflow();
    for (int stop = 1; was_stopped; ++stop) {
        ASSERT_TRUE(db(failing(at)));
        at = row(at.id);
        const auto [here, there] = race(*other, trying(tick_of(at)), stop);
        EXPECT_NE(here.has_value(), there.has_value()) << stop;
        EXPECT_EQ(ticks(at.id).at(0).run, here ? here->run : there->run) << stop;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, WorkflowSchedules, ::testing::ValuesIn(all_dialects), dialect_name
);
INSTANTIATE_TEST_SUITE_P(Dialects, FailedTicks, ::testing::ValuesIn(all_dialects), dialect_name);
INSTANTIATE_TEST_SUITE_P(
    Dialects, WorkflowSchedulesOfTwo, ::testing::ValuesIn(shared_dialects), dialect_name
);

} // namespace sluice::workflow_schedules_test
