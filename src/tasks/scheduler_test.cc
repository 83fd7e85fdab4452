// SPDX-License-Identifier: Apache-2.0
#include "tasks/scheduler.h"

#include "engine/testing.h"
#include "store/service_reads.h"
#include "tasks/schedules.h"

#include <algorithm>

namespace sluice::scheduler_test {
namespace {

using testing::await;
using testing::EngineTest;
using namespace std::chrono_literals;

Json task_json(std::string_view changes = "{}")
{
    Json json = parse_json(R"({"id": "a", "name": "A task", "kind": "k", "on_start": {"kind":
        "Webhook", "params": {"url": "http://target.example/start", "verb": "Post"}}})")
                    .value();
    json.update(parse_json(changes).value());
    return json;
}

Json hourly(std::string_view changes = "{}")
{
    Json body = parse_json(R"({"name": "nightly", "every": "1h"})").value();
    body["tasks"] = Json::array({task_json()});
    body.update(parse_json(changes).value());
    return body;
}

class SchedulerTest : public EngineTest {
protected:
    SchedulerTest() { start(); }

    StoredSchedule create_body(Json body)
    {
        return await(loop, schedules.create(std::move(body), "ann")).value();
    }
    StoredSchedule create(std::string_view changes = "{}") { return create_body(hourly(changes)); }

    std::vector<std::string> problems_of(Json body)
    {
        const auto made = await(loop, schedules.create(std::move(body), "ann"));
        std::vector<std::string> problems;
        if (!made)
            for (const Problem& problem : made.error().problems)
                problems.push_back(format_problem(problem));
        return problems;
    }

    StoredSchedule change(const StoredSchedule& schedule, std::string_view changes)
    {
        return await(loop, schedules.change(uuid(schedule), parse_json(changes).value(), "bob"))
            .value();
    }

    std::size_t look() { return await(loop, scheduler.run_once()).value(); }

    void set_clock(Micros by)
    {
        clock.jump(by);
        CheckClock request;
        request.offset = db.store().clock().measured(clock.wall());
        ASSERT_TRUE(db(request));
    }

    // Rounds until nothing is due.
    void look_all()
    {
        while (look() > 0) {
        }
    }

    std::string uuid(const StoredSchedule& schedule)
    {
        const ScheduleRow& row = schedule.row;
        return format_uid(db.store().uid(UidKind::schedule, row.created_at, row.id.value));
    }

    // Oldest first.
    std::vector<TickRow> ticks(const StoredSchedule& schedule)
    {
        auto found = await(loop, schedules.ticks(uuid(schedule), 0, 10'000)).value();
        std::ranges::reverse(found);
        return found;
    }
    TickRow tick(const StoredSchedule& schedule, std::size_t index)
    {
        return ticks(schedule).at(index);
    }

    std::vector<TaskView> tasks()
    {
        ServiceReads::TaskFilter filter;
        filter.limit = 10'000;
        return db.read([filter](Reads& reads) { return reads.service().tasks(filter); });
    }

    Reads::Run run(RunId id)
    {
        return db.read([id](Reads& reads) { return reads.run(id); }).value();
    }

    std::optional<Time> next_due()
    {
        return db.read([](Reads& reads) { return reads.schedules().next_due(); });
    }

    AddressGuard guard = AddressGuard::make({.syntax_only = true}).value();
    Schedules schedules{*engine, guard};
    Scheduler scheduler{loop.get_executor(), db.store(), guard, {}, Log()};
};

using Texts = std::vector<std::string>;

Async<void> round(Scheduler& scheduler, std::size_t& looked, int& done)
{
    const Result<std::size_t> count = co_await scheduler.run_once();
    looked += count.value();
    ++done;
}

Async<void> run_until_closed(Scheduler& scheduler, bool& ended)
{
    co_await scheduler.run();
    ended = true;
}

TEST_F(SchedulerTest, fires_a_tick_when_it_is_due_and_not_before)
{
    const StoredSchedule schedule = create();
    const Time due = schedule.row.next_due.value();
    clock.advance(due - clock.wall() - 1us);
    EXPECT_EQ(look(), 0u);
    EXPECT_EQ(tasks().size(), 0u);
    clock.advance(1us);
    EXPECT_EQ(look(), 1u);
    EXPECT_EQ(look(), 0u);
    ASSERT_EQ(tasks().size(), 1u);
    ASSERT_EQ(ticks(schedule).size(), 1u);
    EXPECT_EQ(tick(schedule, 0).at, due);
    EXPECT_EQ(tick(schedule, 0).run, tasks()[0].card.run);
    EXPECT_EQ(next_due(), due + 1h);
}

TEST_F(SchedulerTest, the_batch_is_that_of_a_post_by_the_schedule)
{
    Json body = hourly();
    body["tasks"] = Json::array(
        {task_json(R"({"metadata": {"n": 1}})"),
         task_json(R"({"id": "b", "requester": "eve", "dependencies": [{"id": "a"}]})")}
    );
    create_body(std::move(body));
    clock.advance(1h);
    look();
    const std::vector<TaskView> made = tasks(); // newest first
    ASSERT_EQ(made.size(), 2u);
    EXPECT_EQ(made[1].card.requester, "schedule:nightly");
    EXPECT_EQ(made[1].card.metadata, R"({"n":1})");
    EXPECT_EQ(made[0].card.requester, "eve");
    EXPECT_EQ(made[0].task.state, TaskState::waiting);
    EXPECT_EQ(run(made[0].card.run).detail.actor, "schedule:nightly");
}

TEST_F(SchedulerTest, missed_ticks_are_caught_up_as_the_policy_says)
{
    const StoredSchedule none = create(R"({"catchup": "none"})");
    const StoredSchedule skip = create(R"({"catchup": "skip"})");
    const StoredSchedule all = create(R"({"catchup": "run_all"})");
    const StoredSchedule two = create(R"({"catchup": "run_all", "max_catchup": 2})");
    const Time first = none.row.next_due.value();
    clock.advance(first + 4h + 10min - clock.wall());
    look_all();
    EXPECT_EQ(ticks(none).size(), 0u);
    ASSERT_EQ(ticks(skip).size(), 1u);
    EXPECT_EQ(tick(skip, 0).at, first + 4h);
    ASSERT_EQ(ticks(all).size(), 5u);
    EXPECT_EQ(tick(all, 0).at, first);
    ASSERT_EQ(ticks(two).size(), 2u);
    EXPECT_EQ(tick(two, 0).at, first + 3h);
    for (const StoredSchedule& schedule : {none, skip, all, two}) {
        const StoredSchedule now = await(loop, schedules.find(uuid(schedule))).value();
        EXPECT_EQ(now.row.settled, first + 4h);
        EXPECT_EQ(now.row.next_due, first + 5h);
    }
}

TEST_F(SchedulerTest, a_round_is_bounded_and_the_next_one_goes_on)
{
    const StoredSchedule all = create(R"({"catchup": "run_all", "max_catchup": 1000})");
    clock.advance(250h);
    look();
    EXPECT_EQ(ticks(all).size(), 100u);
    look();
    EXPECT_EQ(ticks(all).size(), 200u);
    look_all();
    EXPECT_EQ(ticks(all).size(), 250u);

    for (int i = 0; i < 130; ++i)
        create();
    clock.advance(1h);
    EXPECT_EQ(look(), 100u);
    EXPECT_EQ(tasks().size(), 350u);
    EXPECT_EQ(look(), 31u);
    EXPECT_EQ(tasks().size(), 381u);
}

TEST_F(SchedulerTest, ticks_that_overlap_are_skipped_with_a_reason)
{
    const StoredSchedule schedule = create(R"({"overlap": "skip"})");
    clock.advance(1h);
    look();
    clock.advance(1h);
    look();
    ASSERT_EQ(ticks(schedule).size(), 2u);
    const TickRow first = tick(schedule, 0);
    const TickRow skipped = tick(schedule, 1);
    EXPECT_EQ(skipped.outcome, TickOutcome::skipped);
    EXPECT_EQ(
        skipped.reason,
        "the batch " + format_uid(db.store().uid(UidKind::run, first.fired_at, first.run.value)) +
            " is still running"
    );
    Cancel cancel;
    cancel.target.run = first.run;
    ASSERT_TRUE(db(cancel));
    clock.advance(1h);
    look();
    EXPECT_EQ(tick(schedule, 2).outcome, TickOutcome::created);
}

TEST_F(SchedulerTest, or_cancel_the_batch_before_or_run_beside_it)
{
    const StoredSchedule canceling = create(R"({"overlap": "cancel"})");
    const StoredSchedule allowing = create(R"({"overlap": "allow"})");
    for (int i = 0; i < 2; ++i) {
        clock.advance(1h);
        look();
    }
    const Reads::Run before = run(tick(canceling, 0).run);
    EXPECT_EQ(before.row.state, RunState::canceled);
    EXPECT_EQ(before.detail.error, "superseded by the next tick of schedule 'nightly'");
    EXPECT_EQ(run(tick(canceling, 1).run).row.state, RunState::active);
    EXPECT_EQ(run(tick(allowing, 0).run).row.state, RunState::active);
    EXPECT_EQ(run(tick(allowing, 1).run).row.state, RunState::active);
}

TEST_F(SchedulerTest, a_batch_that_cannot_be_made_is_a_failed_tick)
{
    CreateSchedule request;
    request.text.name = "broken";
    request.text.timing.ticks = EveryTicks{1h};
    Json body = hourly();
    body["tasks"][0]["on_start"] = Json{{"ref", "01890a5d-ac96-774b-bcce-b302099a8057"}};
    request.text.document = dump_json(schedule_document(body));
    StoredSchedule broken;
    broken.row = db(request).value();
    clock.advance(1h);
    look();
    ASSERT_EQ(ticks(broken).size(), 1u);
    EXPECT_EQ(tick(broken, 0).outcome, TickOutcome::failed);
    EXPECT_NE(tick(broken, 0).reason.find("tasks[0].on_start"), std::string::npos);
    EXPECT_EQ(next_due(), tick(broken, 0).at + 1h);
}

TEST_F(SchedulerTest, who_died_with_a_schedule_in_hands_loses_nothing)
{
    const StoredSchedule schedule = create();
    clock.advance(schedule.row.next_due.value() - clock.wall());
    ASSERT_EQ(db(TakeSchedules{}).value().size(), 1u);
    EXPECT_EQ(look(), 0u);
    clock.advance(10s);
    EXPECT_EQ(look(), 1u);
    ASSERT_EQ(ticks(schedule).size(), 1u);
    EXPECT_EQ(tick(schedule, 0).at, schedule.row.next_due);
}

TEST_F(SchedulerTest, several_servers_fire_each_tick_once)
{
    Scheduler other{loop.get_executor(), db.store(), guard, {}, Log()};
    for (int i = 0; i < 150; ++i)
        create();
    clock.advance(1h);
    std::size_t looked = 0;
    int done = 0;
    testing::spawn(loop, round(scheduler, looked, done));
    testing::spawn(loop, round(other, looked, done));
    testing::turn_until(loop, [&] { return done == 2; });
    EXPECT_EQ(looked, 150u);
    EXPECT_EQ(tasks().size(), 150u);
}

TEST_F(SchedulerTest, other_times_owe_nothing_of_what_was_before)
{
    const StoredSchedule schedule = create(R"({"catchup": "run_all"})");
    clock.advance(3h);
    const StoredSchedule changed = change(schedule, R"({"cron": "30 * * * *"})");
    EXPECT_GT(changed.row.next_due.value(), clock.wall());
    look_all();
    EXPECT_EQ(ticks(schedule).size(), 0u);
}

TEST_F(SchedulerTest, other_words_take_nothing_away)
{
    const StoredSchedule schedule = create(R"({"catchup": "run_all"})");
    clock.advance(3h);
    change(schedule, R"({"name": "renamed", "overlap": "skip", "every": "60m"})");
    look_all();
    EXPECT_EQ(ticks(schedule).size(), 3u);
}

TEST_F(SchedulerTest, what_passed_while_it_was_disabled_is_not_caught_up)
{
    const StoredSchedule schedule = create(R"({"catchup": "run_all", "enabled": false})");
    EXPECT_EQ(schedule.row.next_due, std::nullopt);
    clock.advance(3h);
    look_all();
    const StoredSchedule enabled = change(schedule, R"({"enabled": true})");
    EXPECT_EQ(enabled.row.settled, clock.wall());
    look_all();
    EXPECT_EQ(ticks(schedule).size(), 0u);
    clock.advance(1h);
    look_all();
    EXPECT_EQ(ticks(schedule).size(), 1u);
    change(schedule, R"({"enabled": false})");
    clock.advance(1h);
    look_all();
    EXPECT_EQ(ticks(schedule).size(), 1u);
}

TEST_F(SchedulerTest, wakes_for_what_becomes_due_and_ends_when_it_is_closed)
{
    engine->on_changes([this](const Changes& changes) { scheduler.changed(changes); });
    bool ended = false;
    testing::spawn(loop, run_until_closed(scheduler, ended));
    Json body = hourly();
    body.erase("every");
    body["at"] = format_time(clock.wall() + 1us);
    const StoredSchedule schedule = create_body(std::move(body));
    clock.advance(1us);
    testing::turn_until(loop, [&] { return !ticks(schedule).empty(); });
    EXPECT_EQ(next_due(), std::nullopt) << "it is over";
    scheduler.close();
    testing::turn_until(loop, [&] { return ended; });
}

TEST_F(SchedulerTest, looks_again_when_a_clock_that_was_set_back_is_right)
{
    Scheduler::Options often;
    often.pulse = 20ms;
    Scheduler frequent{loop.get_executor(), db.store(), guard, often, Log()};
    bool ended = false;
    testing::spawn(loop, run_until_closed(frequent, ended));
    const StoredSchedule schedule = create();
    set_clock(-1h);
    Changes wake;
    wake.from_outside = true;
    frequent.changed(wake);
    loop.restart();
    loop.poll();

    clock.advance(1h);
    set_clock(1h);
    testing::turn_until(loop, [&] { return !ticks(schedule).empty(); });
    frequent.close();
    testing::turn_until(loop, [&] { return ended; });
}

TEST_F(SchedulerTest, all_problems_of_a_schedule_and_its_tasks_come_at_once)
{
    Json body = hourly(R"({"name": "", "every": "5m", "overlap": "both"})");
    body["tasks"] = Json::array({task_json(R"({"kind": ""})"), task_json()});
    EXPECT_EQ(
        problems_of(std::move(body)),
        (Texts{
            "name: must not be blank",
            "overlap: must be one of allow, skip, cancel, not the text 'both'",
            "tasks[0].kind: must not be blank", "tasks[1].id: 'a' is the id of two tasks"})
    );
}

TEST_F(SchedulerTest, times_that_have_passed_are_refused)
{
    Json body = hourly();
    body.erase("every");
    body["at"] = "2025-12-31T23:59:59Z";
    EXPECT_EQ(
        problems_of(body), Texts{"at: leaves no tick after now, 2026-01-01T00:00:00.000000Z"}
    );
    EXPECT_EQ(
        problems_of(hourly(R"({"end": "2026-01-01T00:30:00Z"})")),
        Texts{"end: leaves no tick after now, 2026-01-01T00:00:00.000000Z"}
    );
}

TEST_F(SchedulerTest, a_tick_is_one_transaction_and_so_has_a_limit)
{
    Json body = hourly();
    body["tasks"] = Json::array();
    for (int i = 0; i < 5001; ++i)
        body["tasks"].push_back(task_json(R"({"id": ")" + std::to_string(i) + R"("})"));
    EXPECT_EQ(
        problems_of(body),
        Texts{"tasks: has 5001 tasks and 0 dependencies: a schedule may have 5000 of both together"}
    );
    body["tasks"].erase(0);
    EXPECT_EQ(problems_of(body), Texts{});
}

} // namespace
} // namespace sluice::scheduler_test
