// SPDX-License-Identifier: Apache-2.0
// How schedules of workflows fire: who, when, how often, and with what.
#include "engine/schedule_rounds.h"
#include "workflows/cron_firing.h"
#include "workflows/schedule_testing.h"

#include <set>

namespace sluice::cron_test {
namespace {

using testing::ScheduleTest;
using testing::spawn;
using testing::turn_until;
using Times = std::vector<Time>;

// What one process has for schedules.
struct Process {
    explicit Process(asio::io_context& loop, Store& store, CronFiring::Options options = {})
        : workflows(loop.get_executor(), store, 5min),
          firing(loop.get_executor(), store, workflows, options, Log())
    {}

    StoredWorkflows workflows;
    CronFiring firing;
};

// Rounds until nothing is due any more.
Async<void> fire_all(CronFiring& firing, std::vector<std::size_t>& rounds, bool& ended)
{
    for (;;) {
        const Result<std::size_t> looked = co_await firing.run_once();
        if (looked.value() == 0)
            break;
        rounds.push_back(*looked);
    }
    ended = true;
}

class CronTest : public ScheduleTest {
protected:
    void fire()
    {
        std::vector<std::size_t> rounds;
        bool ended = false;
        spawn(loop, fire_all(here.firing, rounds, ended));
        turn_until(loop, [&] { return ended; });
    }

    void advance_and_fire(Micros time)
    {
        clock.advance(time);
        fire();
    }

    Times times_of(const std::string& id)
    {
        Times times;
        for (const CronFireView& one : history(id))
            times.push_back(one.scheduled_time);
        return times;
    }

    std::string add_with(Catchup policy)
    {
        declare(std::string(name(policy)));
        CronSchedules::New made = every_hour(std::string(name(policy)));
        made.catchup = policy;
        return add(made);
    }

    // Of a workflow that nobody has declared yet.
    std::string add_unknown(std::string workflow = "later")
    {
        CronDocument document;
        document.workflow = workflow;
        document.workflow_namespace = "public::embedded::" + workflow;
        document.expression = "0 * * * *";
        CreateSchedule request;
        request.kind = ScheduleKind::workflow;
        request.key = key_of(document);
        request.text.name = std::move(workflow);
        request.text.timing = timing_of(document).value();
        request.text.document = format_document(document);
        const ScheduleRow row = db(request).value();
        return format_uid(db.store().uid(UidKind::schedule, row.created_at, row.id.value));
    }

    std::size_t retry(Process& process) { return wait(process.firing.retry_once()).value(); }
    std::size_t retry() { return retry(here); }

    CronSchedules::Stats stats() { return wait(cron.stats(now() - 24h * 365)).value(); }

    const Time midnight = now(); // the clock of tests begins with a year
    CronFiring::Options options = {};
    Process here{loop, db.store(), options};
};

TEST_P(CronTest, fire_at_their_time_and_not_before)
{
    const std::string id = add();
    advance_and_fire(1h - 1us);
    EXPECT_TRUE(history(id).empty());
    advance_and_fire(1us);
    fire();
    ASSERT_EQ(times_of(id), Times{midnight + 1h});
    EXPECT_EQ(get(id).last_run_at, now());
    EXPECT_EQ(get(id).next_run_at, midnight + 2h);
    EXPECT_EQ(here.firing.counts().fired, 1u);
}

TEST_P(CronTest, a_run_is_told_what_has_started_it)
{
    CronSchedules::New made = every_hour();
    made.expression = "@hourly";
    made.timezone = "Europe/Berlin";
    const std::string id = add(made);
    advance_and_fire(1h);
    ASSERT_EQ(history(id).size(), 1u);
    const CronFireView fired = history(id)[0];
    EXPECT_EQ(fired.schedule_id, id);
    EXPECT_EQ(fired.claimed_at, now());
    EXPECT_EQ(fired.error, "");
    EXPECT_EQ(
        dump_json(context_of(fired.run_id)),
        R"({"scheduled_time":"2026-01-01T01:00:00Z","schedule_id":")" + id +
            R"(","schedule_timezone":"Europe/Berlin","schedule_expression":"@hourly"})"
    );
    EXPECT_EQ(run(key_of_run(fired.run_id)).row.expires_at, now() + 1h);
}

TEST_P(CronTest, a_run_is_one_of_the_version_that_is_current_then)
{
    const std::string id = add();
    advance_and_fire(1h);
    declare("etl", "load");
    advance_and_fire(1h);
    std::vector<std::string> tasks;
    const WorkerId me = worker();
    for (const Leased& task : db(claim_of(me, 10, {"workflow/public::embedded::etl"})).value())
        tasks.push_back(task.name);
    EXPECT_EQ(tasks, (std::vector<std::string>{"extract", "load"}));
}

TEST_P(CronTest, what_was_missed_is_caught_up_as_the_policy_says)
{
    const std::string none = add_with(Catchup::none);
    const std::string skip = add_with(Catchup::skip);
    const std::string all = add_with(Catchup::run_all);
    advance_and_fire(6h + 10min);
    EXPECT_EQ(times_of(none), Times{});
    EXPECT_EQ(times_of(skip), Times{midnight + 6h});
    EXPECT_EQ(
        times_of(all), (Times{
                           midnight + 1h, midnight + 2h, midnight + 3h, midnight + 4h,
                           midnight + 5h, midnight + 6h})
    );
    for (const std::string& id : {none, skip, all})
        EXPECT_EQ(get(id).next_run_at, midnight + 7h) << id;
    advance_and_fire(50min);
    EXPECT_EQ(times_of(none), Times{midnight + 7h}) << "that one was not missed";
}

TEST_P(CronTest, so_many_missed_times_run_as_are_accepted)
{
    options.cron.catchup_ticks_max = 2;
    Process two(loop, db.store(), options);
    const std::string id = add_with(Catchup::run_all);
    clock.advance(6h + 10min);
    std::vector<std::size_t> rounds;
    bool ended = false;
    spawn(loop, fire_all(two.firing, rounds, ended));
    turn_until(loop, [&] { return ended; });
    EXPECT_EQ(times_of(id), (Times{midnight + 5h, midnight + 6h}));
}

TEST_P(CronTest, fire_neither_before_their_start_nor_at_their_end)
{
    CronSchedules::New made = every_hour();
    made.catchup = Catchup::run_all;
    made.start = midnight + 2h;
    made.end = midnight + 4h;
    const std::string id = add(made);
    advance_and_fire(6h);
    EXPECT_EQ(times_of(id), (Times{midnight + 2h, midnight + 3h}));
    EXPECT_EQ(get(id).next_run_at, std::nullopt);
}

TEST_P(CronTest, owe_nothing_of_the_time_before_another_expression_or_while_they_were_disabled)
{
    const std::string changed = add_with(Catchup::run_all);
    const std::string disabled = add_with(Catchup::skip);
    CronSchedules::Change change;
    change.enabled = false;
    ASSERT_TRUE(wait(cron.update(disabled, change)));
    clock.advance(3h + 10min);
    change.enabled = true;
    ASSERT_TRUE(wait(cron.update(disabled, change)));
    CronSchedules::Change expression;
    expression.expression = "30 * * * *";
    ASSERT_TRUE(wait(cron.update(changed, expression)));
    advance_and_fire(50min);
    EXPECT_EQ(times_of(changed), Times{midnight + 3h + 30min});
    EXPECT_EQ(times_of(disabled), Times{midnight + 4h});
}

TEST_P(CronTest, another_policy_holds_for_what_is_owed)
{
    const std::string id = add_with(Catchup::skip);
    clock.advance(3h + 10min);
    CronSchedules::Change change;
    change.catchup = Catchup::run_all;
    ASSERT_TRUE(wait(cron.update(id, change)));
    fire();
    EXPECT_EQ(times_of(id).size(), 3u);
}

TEST_P(CronTest, that_are_disabled_or_removed_do_not_fire_and_their_runs_stay)
{
    const std::string id = add();
    advance_and_fire(1h);
    const std::string run_id = history(id).at(0).run_id;
    ASSERT_TRUE(wait(cron.remove(id)));
    const std::string disabled = add();
    CronSchedules::Change change;
    change.enabled = false;
    ASSERT_TRUE(wait(cron.update(disabled, change)));
    advance_and_fire(5h);
    EXPECT_TRUE(history(disabled).empty());
    EXPECT_EQ(run_state_of(key_of_run(run_id)), RunState::active);
}

TEST_P(CronTest, a_clock_that_is_set_back_fires_nothing_twice)
{
    const std::string id = add();
    advance_and_fire(1h);
    set_clock(-1h);
    fire();
    advance_and_fire(1h);
    EXPECT_EQ(times_of(id), Times{midnight + 1h});
    advance_and_fire(1h);
    EXPECT_EQ(times_of(id), (Times{midnight + 1h, midnight + 2h}));
}

TEST_P(CronTest, a_clock_that_is_set_forward_has_missed_what_lies_between)
{
    const std::string none = add_with(Catchup::none);
    const std::string skip = add_with(Catchup::skip);
    clock.advance(10min);
    set_clock(2h);
    fire();
    EXPECT_EQ(times_of(none), Times{});
    EXPECT_EQ(times_of(skip), Times{midnight + 2h});
}

TEST_P(CronTest, a_run_that_does_not_end_delays_no_other_time)
{
    const std::string id = add();
    for (int i = 0; i < 3; ++i)
        advance_and_fire(1h);
    EXPECT_EQ(times_of(id).size(), 3u);
    EXPECT_EQ(run_state_of(key_of_run(history(id)[0].run_id)), RunState::active);
}

TEST_P(CronTest, a_time_without_a_run_is_kept_with_the_reason)
{
    const std::string id = add_unknown();
    advance_and_fire(1h);
    const auto all = history(id);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].run_id, "");
    EXPECT_EQ(all[0].error, "no workflow named 'public::embedded::later'");
    EXPECT_EQ(all[0].recovery_attempts, 0);
    EXPECT_EQ(get(id).next_run_at, midnight + 2h);
    EXPECT_EQ(here.firing.counts().failed, 1u);
}

TEST_P(CronTest, a_time_without_a_run_gets_one_when_that_is_possible)
{
    const std::string id = add_unknown();
    advance_and_fire(1h);
    const std::string tick = history(id).at(0).id;
    EXPECT_EQ(retry(), 1u);
    declare("later");
    clock.advance(5min);
    EXPECT_EQ(retry(), 1u);
    const auto all = history(id);
    ASSERT_EQ(all.size(), 1u) << "it is the same time";
    EXPECT_EQ(all[0].id, tick);
    EXPECT_EQ(all[0].error, "");
    EXPECT_EQ(all[0].recovery_attempts, 2);
    EXPECT_EQ(all[0].updated_at, now());
    const Json context = context_of(all[0].run_id);
    EXPECT_EQ(context.at("scheduled_time"), "2026-01-01T01:00:00Z");
    EXPECT_EQ(context.at("is_recovery"), true);
    EXPECT_EQ(context.at("recovery_attempt"), 2);
    EXPECT_EQ(context.at("original_execution_id"), tick);
    clock.advance(5min);
    EXPECT_EQ(retry(), 0u);
    EXPECT_EQ(here.firing.counts().retried, 1u);
}

TEST_P(CronTest, a_time_without_a_run_is_tried_again_three_times_and_not_more_often)
{
    const std::string id = add_unknown();
    advance_and_fire(1h);
    for (int attempt = 1; attempt <= 3; ++attempt) {
        EXPECT_EQ(retry(), 1u) << attempt;
        EXPECT_EQ(retry(), 0u) << "so soon";
        EXPECT_EQ(history(id).at(0).recovery_attempts, attempt);
        clock.advance(5min);
    }
    declare("later");
    EXPECT_EQ(retry(), 0u);
    EXPECT_EQ(history(id).at(0).run_id, "");
}

TEST_P(CronTest, a_time_without_a_run_is_given_up_when_it_is_too_old)
{
    const std::string id = add_unknown();
    advance_and_fire(1h);
    declare("later");
    clock.advance(24h + 1s);
    EXPECT_EQ(retry(), 0u);
    EXPECT_EQ(history(id).at(0).run_id, "");
}

TEST_P(CronTest, while_a_schedule_is_disabled_no_run_is_made_up_for)
{
    const std::string id = add_unknown();
    advance_and_fire(1h);
    declare("later");
    CronSchedules::Change change;
    change.enabled = false;
    ASSERT_TRUE(wait(cron.update(id, change)));
    EXPECT_EQ(retry(), 1u);
    EXPECT_EQ(history(id).at(0).run_id, "");
    EXPECT_EQ(history(id).at(0).error, "the schedule is disabled");
}

TEST_P(CronTest, statistics_tell_runs_from_times_without_one)
{
    add();
    add_unknown();
    for (int i = 0; i < 3; ++i)
        advance_and_fire(1h);
    const CronSchedules::Stats all = stats();
    EXPECT_EQ(all.total, 6);
    EXPECT_EQ(all.successful, 3);
    EXPECT_EQ(all.lost, 3);
    EXPECT_EQ(all.success_rate, 50.0);
    EXPECT_EQ(wait(cron.stats(midnight + 3h)).value().total, 2);
}

TEST_P(CronTest, a_history_is_read_newest_first_by_page)
{
    const std::string id = add();
    for (int i = 0; i < 3; ++i)
        advance_and_fire(1h);
    const auto page = wait(cron.history(id, 1, 1)).value();
    ASSERT_EQ(page.size(), 1u);
    EXPECT_EQ(page[0].scheduled_time, midnight + 2h);
}

TEST_P(CronTest, end_when_they_are_told_to)
{
    here.firing.start();
    testing::await(loop, here.firing.stop());
}

class CronOfMany : public CronTest {};

TEST_P(CronOfMany, six_hours_of_ten_thousand_are_caught_up_while_others_work)
{
    constexpr std::size_t count = 10'000;
    std::vector<testing::Pending<ScheduleRow>> made;
    CronDocument document;
    document.workflow = "etl";
    document.workflow_namespace = "public::embedded::etl";
    document.expression = "0 * * * *";
    for (std::size_t i = 0; i < count; ++i) {
        CreateSchedule request;
        request.kind = ScheduleKind::workflow;
        request.key = std::to_string(i);
        request.text.name = "etl";
        request.text.timing = timing_of(document).value();
        request.text.document = format_document(document);
        made.push_back(db.start(std::move(request)));
    }
    for (testing::Pending<ScheduleRow>& one : made)
        ASSERT_TRUE(one.get());
    clock.advance(6h + 10min);
    const WorkerId me = worker();

    std::vector<std::size_t> rounds;
    bool ended = false;
    spawn(loop, fire_all(here.firing, rounds, ended));
    turn_until(loop, [&] { return !rounds.empty(); });
    submit(new_run(1));
    EXPECT_EQ(db(claim_of(me, 1)).value().size(), 1u);
    EXPECT_FALSE(ended);
    EXPECT_LT(here.firing.counts().fired, count / 2) << "who submits then waits for a few rounds";

    turn_until(loop, [&] { return ended; });
    EXPECT_EQ(here.firing.counts().fired, count);
    EXPECT_EQ(stats().successful, static_cast<std::int64_t>(count));
    EXPECT_EQ(stats().total, static_cast<std::int64_t>(count)) << "one for all that was missed";
    EXPECT_EQ(rounds, std::vector<std::size_t>(count / 500, 500));
}

class CronOfTwo : public CronTest {};

TEST_P(CronOfTwo, a_time_is_fired_by_one)
{
    const auto other = another_store();
    Process there(loop, other->store());
    std::vector<std::string> ids;
    for (int minute = 0; minute < 20; ++minute) {
        CronSchedules::New made = every_hour();
        made.expression = fmt::format("{} * * * *", minute);
        made.catchup = Catchup::run_all;
        ids.push_back(add(made));
    }
    clock.advance(3h + 30min);
    std::vector<std::size_t> rounds;
    bool here_ended = false;
    bool there_ended = false;
    spawn(loop, fire_all(here.firing, rounds, here_ended));
    spawn(loop, fire_all(there.firing, rounds, there_ended));
    turn_until(loop, [&] { return here_ended && there_ended; });
    fire(); // what the other one had left for later
    std::set<std::string> runs;
    for (const std::string& id : ids) {
        EXPECT_EQ(times_of(id).size(), id == ids[0] ? 3u : 4u);
        for (const CronFireView& one : history(id))
            runs.insert(one.run_id);
    }
    EXPECT_EQ(runs.size(), 79u);
    EXPECT_EQ(here.firing.counts().fired + there.firing.counts().fired, 79u);
}

TEST_P(CronOfTwo, tries_are_counted_over_all_and_survive_who_has_made_them)
{
    const std::string id = add_unknown();
    advance_and_fire(1h);
    EXPECT_EQ(retry(), 1u);
    const auto other = another_store();
    Process there(loop, other->store());
    EXPECT_EQ(retry(there), 0u) << "somebody has tried it just now";
    clock.advance(5min);
    EXPECT_EQ(retry(there), 1u);
    EXPECT_EQ(retry(), 0u);
    EXPECT_EQ(history(id).at(0).recovery_attempts, 2);
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, CronTest, ::testing::Values(Dialect::sqlite_memory, Dialect::postgres), dialect_name
);
INSTANTIATE_TEST_SUITE_P(
    Dialects, CronOfMany, ::testing::Values(Dialect::sqlite_memory), dialect_name
);
INSTANTIATE_TEST_SUITE_P(Dialects, CronOfTwo, ::testing::ValuesIn(shared_dialects), dialect_name);

} // namespace
} // namespace sluice::cron_test
