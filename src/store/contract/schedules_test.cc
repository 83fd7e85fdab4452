// SPDX-License-Identifier: Apache-2.0
// Schedules: who fires a tick moves its schedule past it, in one transaction.
#include "store/contract/service_contract.h"
#include "store/schedule_reads.h"

namespace sluice::schedules_test {

class Schedules : public ServiceContract {
protected:
    static ScheduleText hourly(std::string name = "nightly")
    {
        ScheduleText text;
        text.name = std::move(name);
        text.timing = Schedule{.ticks = EveryTicks{1h}};
        text.document = R"({"every":"1h"})";
        return text;
    }

    ScheduleRow create(ScheduleText text = hourly())
    {
        CreateSchedule request;
        request.text = std::move(text);
        request.actor = "ann";
        return db(std::move(request)).value();
    }

    // As `row` stands, one hour further.
    static ScheduleMove hour_of(const ScheduleRow& row)
    {
        ScheduleMove move;
        move.schedule = row.id;
        move.version = row.version;
        move.settled_before = row.settled;
        move.settled = row.next_due.value();
        move.next_due = move.settled + 1h;
        return move;
    }

    static Submit firing(const ScheduleMove& move, NewTask task = service_task())
    {
        Submit request = new_batch({std::move(task)});
        request.tick = FiredTick{move, move.settled};
        return request;
    }

    static SettleSchedule settling(const ScheduleMove& move)
    {
        SettleSchedule request;
        request.move = move;
        return request;
    }

    static ChangeSchedule
    change_of(const ScheduleRow& row, ScheduleText text, ChangeSchedule::Begins begins)
    {
        ChangeSchedule request;
        request.schedule = row.id;
        request.version = row.version;
        request.text = std::move(text);
        request.begins = begins;
        request.actor = "bob";
        return request;
    }

    std::optional<StoredSchedule> stored(ScheduleId id)
    {
        return db.read([id](Reads& reads) { return reads.schedules().schedule(id); });
    }
    ScheduleRow row(ScheduleId id) { return stored(id).value().row; }

    std::vector<TickRow> ticks(ScheduleId id, std::size_t skip = 0, std::size_t limit = 100)
    {
        return db.read([=](Reads& reads) { return reads.schedules().ticks(id, skip, limit); });
    }

    std::vector<std::string> names(const ScheduleReads::Filter& filter)
    {
        const auto found =
            db.read([filter](Reads& reads) { return reads.schedules().schedules(filter); });
        std::vector<std::string> names;
        for (const StoredSchedule& schedule : found)
            names.push_back(schedule.row.name);
        return names;
    }

    std::optional<Time> next_due()
    {
        return db.read([](Reads& reads) { return reads.schedules().next_due(); });
    }

    std::vector<ScheduleId> take(std::size_t limit = 100)
    {
        TakeSchedules request;
        request.limit = limit;
        std::vector<ScheduleId> ids;
        for (const StoredSchedule& schedule : db(request).value())
            ids.push_back(schedule.row.id);
        std::ranges::sort(ids);
        return ids;
    }

    Time now() { return db.store().clock().now(); }
};

using Names = std::vector<std::string>;
using Ids = std::vector<ScheduleId>;

TEST_P(Schedules, are_due_at_their_first_tick_after_their_creation)
{
    EXPECT_EQ(next_due(), std::nullopt);
    const ScheduleRow made = create();
    const Time first = next_tick(hourly().timing, now()).value();
    EXPECT_EQ(made.next_due, first);
    EXPECT_EQ(made.settled, now());
    EXPECT_EQ(row(made.id), made);
    EXPECT_EQ(stored(made.id)->document, R"({"every":"1h"})");
    EXPECT_EQ(next_due(), first);

    ScheduleText off = hourly();
    off.enabled = false;
    EXPECT_EQ(create(std::move(off)).next_due, std::nullopt);
    ScheduleText past = hourly();
    past.timing = Schedule{.ticks = SingleTick{now()}};
    EXPECT_EQ(create(std::move(past)).next_due, std::nullopt);
}

TEST_P(Schedules, tell_those_who_wait_when_they_are_due)
{
    (void)db.take_changes();
    const ScheduleRow made = create();
    std::optional<Time> told;
    for (const Changes& changes : db.take_changes())
        if (changes.schedule_due)
            told = changes.schedule_due;
    EXPECT_EQ(told, made.next_due);
}

TEST_P(Schedules, are_given_to_one_when_they_are_due_the_longest_due_first)
{
    ScheduleText late = hourly();
    late.timing = Schedule{.ticks = SingleTick{now() + 3h}};
    const ScheduleRow c = create(std::move(late));
    const ScheduleRow a = create();
    const ScheduleRow b = create();
    EXPECT_EQ(take(), Ids{});
    clock.advance(3h);
    EXPECT_EQ(take(2), (Ids{a.id, b.id}));
    EXPECT_EQ(take(), Ids{c.id}) << "the others are in somebody's hands";
    EXPECT_EQ(take(), Ids{});
    clock.advance(10s);
    EXPECT_EQ(take(), (Ids{c.id, a.id, b.id})) << "who has died there";
}

TEST_P(Schedules, a_tick_creates_its_run_and_moves_on_in_one_transaction)
{
    const ScheduleRow before = create();
    clock.advance(1h);
    const ScheduleMove move = hour_of(before);
    const Submitted fired = submit(firing(move));
    EXPECT_EQ(fired.tasks.size(), 1u);

    const ScheduleRow after = row(before.id);
    EXPECT_EQ(after.settled, move.settled);
    EXPECT_EQ(after.next_due, move.next_due);
    EXPECT_EQ(after.last_run, fired.run);
    EXPECT_EQ(after.last_fired_at, now());
    EXPECT_EQ(after.version, before.version);
    ASSERT_EQ(ticks(before.id).size(), 1u);
    EXPECT_EQ(
        ticks(before.id)[0],
        (TickRow{before.id, move.settled, now(), TickOutcome::created, fired.run, ""})
    );
}

TEST_P(Schedules, a_tick_is_fired_once)
{
    const ScheduleRow before = create();
    clock.advance(1h);
    const auto [first, second] = db.together(firing(hour_of(before)), firing(hour_of(before)));
    EXPECT_TRUE(first);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::not_found);
    const Result<Submitted> third = db(firing(hour_of(before)));
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, Errc::not_found);
    EXPECT_EQ(db(settling(hour_of(before))).error().code, Errc::not_found);
    EXPECT_EQ(ticks(before.id).size(), 1u);
    Reads::RunFilter all;
    EXPECT_EQ(db.read([all](Reads& reads) { return reads.runs(all); }).size(), 1u);
}

TEST_P(Schedules, a_decision_about_what_was_changed_or_deleted_does_not_count)
{
    const ScheduleRow before = create();
    clock.advance(1h);
    const ScheduleMove move = hour_of(before);
    ASSERT_TRUE(db(change_of(before, hourly("new"), ChangeSchedule::Begins::as_it_stands)));
    EXPECT_EQ(db(firing(move)).error().code, Errc::not_found);
    ASSERT_TRUE(db(DeleteSchedule{before.id, "ann"}));
    EXPECT_EQ(db(firing(move)).error().code, Errc::not_found);
    EXPECT_EQ(db(settling(move)).error().code, Errc::not_found);
}

TEST_P(Schedules, ticks_without_a_batch_are_recorded_and_dropped_ones_are_not)
{
    const ScheduleRow before = create();
    clock.advance(1h);
    SettleSchedule failed = settling(hour_of(before));
    failed.tick = {hour_of(before).settled, TickOutcome::failed, "no such rule"};
    EXPECT_TRUE(db(failed));
    const ScheduleRow after = row(before.id);
    EXPECT_EQ(after.last_run, RunId{});
    ASSERT_EQ(ticks(before.id).size(), 1u);
    EXPECT_EQ(ticks(before.id)[0].reason, "no such rule");

    EXPECT_TRUE(db(settling(hour_of(after))));
    EXPECT_EQ(row(before.id).settled, after.next_due);
    EXPECT_EQ(ticks(before.id).size(), 1u);
}

TEST_P(Schedules, a_tick_of_which_every_task_exists_is_skipped)
{
    NewTask task = service_task();
    task.card->metadata = "{}";
    task.dedupe = {{TaskState::pending, "build", {}}};
    submit(new_batch({service_task()}));
    const ScheduleRow before = create();
    clock.advance(1h);
    EXPECT_EQ(submit(firing(hour_of(before), task)).run, RunId{});
    ASSERT_EQ(ticks(before.id).size(), 1u);
    EXPECT_EQ(ticks(before.id)[0].outcome, TickOutcome::skipped);
    EXPECT_EQ(row(before.id).settled, hour_of(before).settled);
}

TEST_P(Schedules, a_change_keeps_what_is_owed_unless_the_schedule_begins_anew)
{
    using Begins = ChangeSchedule::Begins;
    const ScheduleRow before = create();
    clock.advance(5h);
    const ScheduleRow same = db(change_of(before, hourly("new"), Begins::as_it_stands)).value();
    EXPECT_EQ(same.settled, before.settled);
    EXPECT_EQ(same.next_due, before.next_due) << "it owes five ticks";
    EXPECT_EQ(same.version, before.version + 1);
    EXPECT_EQ(same.name, "new");
    EXPECT_EQ(row(same.id), same);

    const ScheduleRow anew = db(change_of(same, hourly(), Begins::anew)).value();
    EXPECT_EQ(anew.settled, now());
    EXPECT_EQ(anew.next_due, next_tick(hourly().timing, now()));

    ScheduleText off = hourly();
    off.enabled = false;
    const ScheduleRow disabled = db(change_of(anew, off, Begins::as_it_stands)).value();
    EXPECT_EQ(disabled.next_due, std::nullopt);
    EXPECT_EQ(row(disabled.id), disabled);
    EXPECT_EQ(next_due(), std::nullopt);
}

TEST_P(Schedules, a_change_of_another_version_is_refused)
{
    using Begins = ChangeSchedule::Begins;
    const ScheduleRow before = create();
    ASSERT_TRUE(db(change_of(before, hourly(), Begins::anew)));
    const auto again = db(change_of(before, hourly(), Begins::anew));
    EXPECT_EQ(again.error().code, Errc::conflict);
    ScheduleRow unknown = before;
    unknown.id = ScheduleId{77};
    EXPECT_EQ(db(change_of(unknown, hourly(), Begins::anew)).error().code, Errc::not_found);
}

TEST_P(Schedules, go_with_their_history_and_leave_their_batches)
{
    const ScheduleRow made = create();
    clock.advance(1h);
    const Submitted fired = submit(firing(hour_of(made)));
    EXPECT_TRUE(db(DeleteSchedule{made.id, "ann"}));
    EXPECT_FALSE(stored(made.id));
    EXPECT_EQ(ticks(made.id).size(), 0u);
    EXPECT_EQ(run_state_of(fired.run), RunState::active);
    EXPECT_EQ(db(DeleteSchedule{made.id, "ann"}).error().code, Errc::not_found);
}

TEST_P(Schedules, are_listed_newest_first_by_name_and_whether_they_are_enabled)
{
    create(hourly("alpha"));
    ScheduleText off = hourly("beta_100%");
    off.enabled = false;
    create(std::move(off));
    create(hourly("alphabet"));
    using Filter = ScheduleReads::Filter;
    EXPECT_EQ(names(Filter{}), (Names{"alphabet", "beta_100%", "alpha"}));
    EXPECT_EQ(names(Filter{"alpha", {}, 0, 50}), (Names{"alphabet", "alpha"}));
    EXPECT_EQ(names(Filter{"_100%", {}, 0, 50}), Names{"beta_100%"}) << "literally";
    EXPECT_EQ(names(Filter{"a_p", {}, 0, 50}), Names{});
    EXPECT_EQ(names(Filter{"", false, 0, 50}), Names{"beta_100%"});
    EXPECT_EQ(names(Filter{"", true, 0, 50}), (Names{"alphabet", "alpha"}));
    EXPECT_EQ(names(Filter{"", {}, 1, 1}), Names{"beta_100%"});
    EXPECT_EQ(names(Filter{"", {}, INT64_MAX, 50}), Names{});
}

TEST_P(Schedules, remember_their_latest_thousand_ticks)
{
    ScheduleRow at = create();
    const Time first = at.next_due.value();
    for (int i = 0; i < 1300; ++i) {
        SettleSchedule skipped = settling(hour_of(at));
        skipped.tick = {skipped.move.settled, TickOutcome::skipped, "so"};
        ASSERT_TRUE(db(skipped));
        at.settled = skipped.move.settled;
        at.next_due = skipped.move.next_due;
    }
    const std::vector<TickRow> all = ticks(at.id, 0, 2000);
    EXPECT_EQ(all.size(), 1000u);
    EXPECT_EQ(all.front().at, first + 1299h);
    EXPECT_EQ(all.back().at, first + 300h);
    EXPECT_EQ(ticks(at.id, 999, 10).size(), 1u);
    EXPECT_EQ(ticks(at.id, 1000, 10).size(), 0u);
    EXPECT_EQ(row(at.id).tick_count, 1300);
}

TEST_P(Schedules, users_and_ticks_leave_events)
{
    const ScheduleRow made = create();
    const std::string id =
        format_uid(db.store().uid(UidKind::schedule, made.created_at, made.id.value));
    clock.advance(1h);
    const Submitted fired = submit(firing(hour_of(made)));
    const ScheduleRow now = row(made.id);
    ASSERT_TRUE(db(change_of(now, hourly(), ChangeSchedule::Begins::anew)));
    ASSERT_TRUE(db(DeleteSchedule{made.id, "ann"}));
    EXPECT_EQ(
        events(fired.run), (Names{"submit by : 1 task", "schedule.fire by schedule:nightly: "})
    );
    EXPECT_EQ(
        events(RunId{}), (Names{
                             "schedule.create by ann: nightly", "schedule.update by bob: nightly",
                             "schedule.delete by ann: nightly"})
    );
    ServiceReads::AuditFilter of_it;
    of_it.object = "schedule";
    of_it.object_id = id;
    of_it.limit = 10;
    const auto audit = db.read([of_it](Reads& reads) { return reads.service().audit(of_it); });
    EXPECT_EQ(audit.events.size(), 4u) << "they are of the schedule, the tick too";
}

class SchedulesOfTwo : public Schedules {};

TEST_P(SchedulesOfTwo, a_tick_is_fired_by_one)
{
    const auto other = another_store();
    const ScheduleRow before = create();
    clock.advance(1h);
    auto here = db.start(firing(hour_of(before)));
    auto there = other->start(firing(hour_of(before)));
    const int fired = (here.get() ? 1 : 0) + (there.get() ? 1 : 0);
    EXPECT_EQ(fired, 1);
    EXPECT_EQ(ticks(before.id).size(), 1u);
}

// Both have made the same decision; one stops before each of its statements in turn.
TEST_P(SchedulesOfTwo, wherever_one_stands_the_tick_is_fired_by_one)
{
    const auto other = another_store();
    const ScheduleRow made = create();
    bool was_stopped = true;
    for (int stop = 1; was_stopped; ++stop) {
        clock.advance(1h);
        const ScheduleMove move = hour_of(row(made.id));
        db.gate().close_at(stop);
        auto here = db.start(firing(move));
        testing::turn_until(loop, [&] { return db.gate().is_reached() || here.has_answer(); });
        was_stopped = db.gate().is_reached();
        auto there = other->start(firing(move));
        db.gate().open();
        const int fired = (here.get() ? 1 : 0) + (there.get() ? 1 : 0);
        EXPECT_EQ(fired, 1) << stop;
        EXPECT_EQ(ticks(made.id).size(), static_cast<std::size_t>(stop));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, SchedulesOfTwo, ::testing::ValuesIn(shared_dialects), dialect_name
);
INSTANTIATE_TEST_SUITE_P(Dialects, Schedules, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::schedules_test
