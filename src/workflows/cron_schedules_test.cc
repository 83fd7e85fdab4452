// SPDX-License-Identifier: Apache-2.0
// What users do with schedules of workflows. How they fire: cron_test.cc.
#include "workflows/schedule_testing.h"

namespace sluice::cron_schedules_test {
namespace {

using testing::ScheduleTest;
using Names = std::vector<std::string>;

class CronSchedulesTest : public ScheduleTest {
protected:
    Error refusal(const CronSchedules::New& schedule) { return wait(cron.add(schedule)).error(); }

    CronSchedules::New with(std::string expression, std::string timezone = "UTC")
    {
        CronSchedules::New made = every_hour();
        made.expression = std::move(expression);
        made.timezone = std::move(timezone);
        return made;
    }
    CronScheduleView update(const std::string& id, const CronSchedules::Change& change)
    {
        return wait(cron.update(id, change)).value();
    }
    CronScheduleView enable(const std::string& id, bool enabled)
    {
        CronSchedules::Change change;
        change.enabled = enabled;
        return update(id, change);
    }
};

TEST_P(CronSchedulesTest, are_shown_as_they_came)
{
    CronSchedules::New made = with("@daily", "Europe/Berlin");
    made.workflow = "public::embedded::etl";
    made.catchup = Catchup::run_all;
    made.start = now() + 240h;
    made.end = now() + 480h;
    const CronScheduleView seen = get(add(made));
    EXPECT_EQ(seen.workflow, "public::embedded::etl");
    EXPECT_EQ(seen.expression, "@daily");
    EXPECT_EQ(seen.timezone, "Europe/Berlin");
    EXPECT_EQ(seen.catchup, Catchup::run_all);
    EXPECT_EQ(seen.start, made.start);
    EXPECT_EQ(seen.end, made.end);
    EXPECT_TRUE(seen.enabled);
    EXPECT_EQ(seen.next_run_at, *made.start + 23h) << "midnight of Berlin in winter";
    EXPECT_EQ(seen.last_run_at, std::nullopt);
    EXPECT_EQ(seen.created_at, now());
    EXPECT_EQ(seen.updated_at, now());
}

TEST_P(CronSchedulesTest, of_the_same_workflow_expression_and_zone_are_one)
{
    const std::string id = add();
    const CronScheduleView disabled = enable(id, false);
    clock.advance(1min);
    CronSchedules::New again = every_hour("public::embedded::etl");
    again.catchup = Catchup::none;
    EXPECT_EQ(add(again), id);
    EXPECT_EQ(get(id).enabled, false) << "an operator has disabled it";
    EXPECT_EQ(get(id).catchup, Catchup::skip);
    EXPECT_EQ(get(id).updated_at, disabled.updated_at);
    EXPECT_NE(add(with("@hourly")), id);
    EXPECT_NE(add(with("0 * * * *", "Europe/Berlin")), id);
    declare("other");
    EXPECT_NE(add(every_hour("other")), id);
}

TEST_P(CronSchedulesTest, of_unknown_workflows_are_refused)
{
    const Error error = refusal(every_hour("elt"));
    EXPECT_EQ(error.code, Errc::not_found);
    EXPECT_NE(error.detail.find("'elt'"), std::string::npos) << error.detail;
    CronSchedules::New other = every_hour();
    other.workflow_namespace = "acme::embedded::etl";
    EXPECT_EQ(refusal(other).code, Errc::not_found);
}

TEST_P(CronSchedulesTest, ask_the_program_first_what_a_name_means)
{
    const auto alias = [](std::string name) -> Async<Result<std::string>> {
        co_return name == "nightly" ? "public::embedded::etl" : "";
    };
    CronSchedules asking(db.store(), "ann", alias);
    EXPECT_TRUE(wait(asking.add(every_hour("nightly"))));
    EXPECT_TRUE(wait(asking.add(every_hour("etl"))));
    EXPECT_EQ(refusal(every_hour("nightly")).code, Errc::not_found);
}

TEST_P(CronSchedulesTest, that_make_no_sense_are_refused_in_words)
{
    const auto words = [&](const CronSchedules::New& schedule) {
        const Error error = refusal(schedule);
        EXPECT_EQ(error.code, Errc::invalid) << error.detail;
        return error.detail;
    };
    EXPECT_NE(words(with("61 * * * *")).find("'61 * * * *': minute"), std::string::npos);
    EXPECT_NE(words(with("")).find("cron expression"), std::string::npos);
    EXPECT_NE(words(with("@daily", "Europe/Berlinn")).find("Europe/Berlin"), std::string::npos);
    CronSchedules::New made = every_hour();
    made.start = now() + 2h;
    made.end = now() + 1h;
    EXPECT_NE(words(made).find("later than the start"), std::string::npos);
    made.start.reset();
    made.end = now() - 1h;
    EXPECT_NE(words(made).find("no time to run after now"), std::string::npos);
}

TEST_P(CronSchedulesTest, have_ids_that_are_told_from_what_is_none)
{
    const std::string id = add();
    EXPECT_TRUE(CronSchedules::is_id(id));
    for (const char* text : {"", "invalid-id", "123e4567-e89b-42d3-a456-426614174000"})
        EXPECT_FALSE(CronSchedules::is_id(text)) << text;
    EXPECT_EQ(wait(cron.get("invalid-id")).error().code, Errc::invalid);
    std::string absent = id;
    absent.back() = absent.back() == '0' ? '1' : '0';
    EXPECT_EQ(wait(cron.get(absent)).error().code, Errc::not_found);
    EXPECT_EQ(wait(cron.remove(absent)).error().code, Errc::not_found);
    EXPECT_EQ(wait(cron.update(absent, {})).error().code, Errc::not_found);
    EXPECT_EQ(wait(cron.history(absent, 10, 0)).error().code, Errc::not_found);
}

TEST_P(CronSchedulesTest, do_not_show_those_of_the_task_service)
{
    CreateSchedule batches;
    batches.text.name = "nightly";
    batches.text.timing.ticks = EveryTicks{1h};
    batches.text.document = "{}";
    const ScheduleRow row = db(batches).value();
    const Uid uid = db.store().uid(UidKind::schedule, row.created_at, row.id.value);
    EXPECT_EQ(wait(cron.get(format_uid(uid))).error().code, Errc::not_found);
    EXPECT_TRUE(wait(cron.list({})).value().empty());
}

TEST_P(CronSchedulesTest, are_listed_newest_first_by_page_and_whether_they_are_enabled)
{
    const std::string first = add(with("0 1 * * *"));
    const std::string second = add(with("0 2 * * *"));
    const std::string third = add(with("0 3 * * *"));
    enable(second, false);
    const auto ids = [&](const CronSchedules::Page& page) {
        Names found;
        for (const CronScheduleView& one : wait(cron.list(page)).value())
            found.push_back(one.id);
        return found;
    };
    CronSchedules::Page page;
    EXPECT_EQ(ids(page), (Names{third, second, first}));
    page.enabled = true;
    EXPECT_EQ(ids(page), (Names{third, first}));
    page.enabled = false;
    EXPECT_EQ(ids(page), (Names{second}));
    page.enabled.reset();
    page.limit = 1;
    page.offset = 1;
    EXPECT_EQ(ids(page), (Names{second}));
}

TEST_P(CronSchedulesTest, are_changed_in_what_is_said)
{
    const std::string id = add();
    clock.advance(1min);
    CronSchedules::Change change;
    change.expression = "0 12 * * *";
    const CronScheduleView changed = update(id, change);
    EXPECT_EQ(changed.expression, "0 12 * * *");
    EXPECT_EQ(changed.timezone, "UTC");
    EXPECT_EQ(changed.next_run_at, now() - 1min + 12h);
    EXPECT_EQ(changed.updated_at, now());
    EXPECT_EQ(get(id).expression, "0 12 * * *");
    CronSchedules::Change zone;
    zone.timezone = "Asia/Tokyo";
    EXPECT_EQ(update(id, zone).next_run_at, now() - 1min + 3h);
    EXPECT_EQ(add(with("0 12 * * *", "Asia/Tokyo")), id) << "it is found as what it is now";
}

TEST_P(CronSchedulesTest, are_not_changed_into_what_is_wrong_or_exists)
{
    const std::string id = add();
    const std::string other = add(with("@daily"));
    CronSchedules::Change change;
    change.expression = "* *";
    EXPECT_EQ(wait(cron.update(id, change)).error().code, Errc::invalid);
    change.expression = "@daily";
    const Error error = wait(cron.update(id, change)).error();
    EXPECT_EQ(error.code, Errc::conflict);
    EXPECT_NE(error.detail.find("'@daily' in 'UTC'"), std::string::npos) << error.detail;
    EXPECT_EQ(get(id).expression, "0 * * * *");
}

TEST_P(CronSchedulesTest, that_are_disabled_have_no_next_run)
{
    const std::string id = add();
    EXPECT_EQ(enable(id, false).next_run_at, std::nullopt);
    clock.advance(10h + 1min);
    EXPECT_EQ(enable(id, true).next_run_at, now() - 1min + 1h) << "the first one that is to come";
}

TEST_P(CronSchedulesTest, that_were_removed_may_be_made_again)
{
    const std::string id = add();
    EXPECT_TRUE(wait(cron.remove(id)).value());
    EXPECT_EQ(wait(cron.get(id)).error().code, Errc::not_found);
    EXPECT_NE(add(), id);
}

TEST_P(CronSchedulesTest, have_statistics_of_nothing_when_nothing_was_fired)
{
    const CronSchedules::Stats none = wait(cron.stats(now() - 24h)).value();
    EXPECT_EQ(none.total, 0);
    EXPECT_EQ(none.success_rate, 0.0);
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, CronSchedulesTest, ::testing::Values(Dialect::sqlite_memory, Dialect::postgres),
    dialect_name
);

} // namespace
} // namespace sluice::cron_schedules_test
