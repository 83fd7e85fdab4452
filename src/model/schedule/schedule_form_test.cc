// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/schedule_form.h"

#include "base/json.h"
#include "model/schedule/schedule_form_fields.h"

#include <gtest/gtest.h>

#include <utility>

namespace sluice::schedule_form_test {
namespace {

using namespace std::chrono_literals;

struct Read {
    Schedule schedule;
    CatchupRule rule;
    std::string problems; // empty: none
};

Read read(std::string_view text)
{
    const Json json = parse_json(text).value();
    Problems problems;
    const Path root;
    const Value value{json, root, problems};
    ScheduleForm form;
    ObjectKind<ScheduleForm>{}.read(value, form);
    Read found{to_schedule(form, value), catchup_rule(form), ""};
    for (const Problem& problem : problems.take())
        found.problems += (found.problems.empty() ? "" : "; ") + format_problem(problem);
    return found;
}

Schedule schedule_of(std::string_view text)
{
    Read found = read(text);
    EXPECT_EQ(found.problems, "") << text;
    return std::move(found.schedule);
}

Time at(std::string_view text)
{
    return parse_time(text).value();
}

TEST(ScheduleForm, a_cron_expression_is_in_utc_unless_it_has_a_zone)
{
    const Cron cron = parse_cron("0 9 * * MON-FRI").value();

    EXPECT_EQ(
        schedule_of(R"({"cron": "0 9 * * 1-5"})"), (Schedule{.ticks = CronTicks{cron, Zone()}})
    );
    EXPECT_EQ(
        schedule_of(R"({"cron": "0 9 * * 1-5", "timezone": "Asia/Tokyo"})"),
        (Schedule{.ticks = CronTicks{cron, find_zone("Asia/Tokyo").value()}})
    );
}

TEST(ScheduleForm, an_interval_is_a_duration)
{
    EXPECT_EQ(schedule_of(R"({"every": "1h30m"})"), (Schedule{.ticks = EveryTicks{90min}}));
    EXPECT_EQ(schedule_of(R"({"every": 90})"), (Schedule{.ticks = EveryTicks{90s}}));
}

TEST(ScheduleForm, a_single_tick_is_a_time_of_any_offset)
{
    EXPECT_EQ(
        schedule_of(R"({"at": "2026-01-31T12:00:00+01:00"})"),
        (Schedule{.ticks = SingleTick{at("2026-01-31T11:00:00Z")}})
    );
}

TEST(ScheduleForm, members_that_are_null_are_absent)
{
    EXPECT_EQ(
        schedule_of(
            R"({"cron": null, "every": "1h", "at": null, "timezone": null, "start": null,
                "end": null, "jitter": null, "catchup": null, "max_catchup": null})"
        ),
        (Schedule{.ticks = EveryTicks{1h}})
    );
}

TEST(ScheduleForm, bounds_and_jitter_belong_to_the_schedule)
{
    const Schedule schedule = schedule_of(
        R"({"every": 60, "start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z",
            "jitter": "30s"})"
    );

    EXPECT_EQ(schedule.start, at("2026-01-01T00:00:00Z"));
    EXPECT_EQ(schedule.end, at("2026-01-02T00:00:00Z"));
    EXPECT_EQ(schedule.jitter, Micros(30s));
    EXPECT_EQ(schedule_of(R"({"every": 60, "jitter": 0})").jitter, Micros(0));
    EXPECT_EQ(schedule_of(R"({"every": 60, "jitter": "1d"})").jitter, Micros(24h));
}

TEST(ScheduleForm, missed_ticks_fire_once_for_all_unless_it_says_otherwise)
{
    const CatchupRule usual = read(R"({"every": 60})").rule;
    const CatchupRule all = read(R"({"every": 60, "catchup": "run_all", "max_catchup": 7})").rule;

    EXPECT_EQ(usual.policy, Catchup::skip);
    EXPECT_EQ(usual.ticks_max, 100);
    EXPECT_EQ(all.policy, Catchup::run_all);
    EXPECT_EQ(all.ticks_max, 7);
    EXPECT_EQ(read(R"({"every": 60, "catchup": "none"})").rule.policy, Catchup::none);
}

TEST(ScheduleForm, a_bad_member_is_named_with_what_is_accepted)
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {R"({"cron": "61 * * * *"})",
         "cron: bad cron expression '61 * * * *': minute '61': 61 is out of range (accepted: "},
        {R"({"cron": 5})", "cron: must be "},
        {R"({"cron": "@daily", "timezone": "Berlin"})",
         "timezone: unknown time zone 'Berlin' (did you mean 'Europe/Berlin'?)"},
        {R"({"every": "5 fortnights"})", "every: '5 fortnights' is not a duration"},
        {R"({"every": 0})", "every: a duration must be more than zero seconds"},
        {R"({"every": -1})", "every: a duration must be more than zero seconds"},
        {R"({"every": 0.5})", "every: must be a duration like"},
        {R"({"at": "tomorrow"})", "at: "},
        {R"({"at": 1767225600})", "at: must be a time like '2026-01-31T12:00:00Z'"},
        {R"({"every": 60, "jitter": "25h"})", "jitter: must be at most 1d"},
        {R"({"every": 60, "jitter": -1})", "jitter: a duration must be more than zero seconds"},
        {R"({"every": 60, "catchup": "all"})", "catchup: must be one of none, skip, run_all"},
        {R"({"every": 60, "max_catchup": 0})", "max_catchup: "},
        {R"({"every": 60, "max_catchup": 10001})", "max_catchup: "},
        {R"({"evry": 60, "every": 60})", "evry: "},
        {"[]", "must be an object"}};
    for (const auto& [text, reason] : table)
        EXPECT_TRUE(read(text).problems.starts_with(reason)) << text << ": " << read(text).problems;
}

TEST(ScheduleForm, there_is_one_of_cron_every_and_at)
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"{}", "none of them"},
        {R"({"timezone": "UTC"})", "none of them"},
        {R"({"cron": "@daily", "every": 60})", "'cron' and 'every'"},
        {R"({"cron": "@daily", "at": "2026-01-01T00:00:00Z"})", "'cron' and 'at'"},
        {R"({"cron": "@daily", "every": 60, "at": "2026-01-01T00:00:00Z"})",
         "'cron' and 'every' and 'at'"}};
    for (const auto& [text, given] : table)
        EXPECT_EQ(
            read(text).problems, "needs one of 'cron', 'every' and 'at', not " + std::string(given)
        ) << text;
}

TEST(ScheduleForm, only_cron_has_a_zone)
{
    EXPECT_EQ(
        read(R"({"every": 60, "timezone": "UTC"})").problems,
        "timezone: belongs to 'cron'; 'every' depends on no zone"
    );
    EXPECT_EQ(
        read(R"({"at": "2026-01-01T00:00:00Z", "timezone": "UTC"})").problems,
        "timezone: belongs to 'cron'; 'at' depends on no zone"
    );
}

TEST(ScheduleForm, what_never_fires_is_refused)
{
    const std::string never = "never fires: there is no tick from 'start' to before 'end'";
    const std::pair<std::string_view, std::string_view> table[] = {
        {R"({"at": "2026-01-01T00:00:00Z", "start": "2026-01-01T00:00:01Z"})", never},
        {R"({"at": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"})", never},
        {R"({"cron": "0 0 29 2 *", "start": "2026-01-01T00:00:00Z",
             "end": "2028-02-29T00:00:00Z"})",
         never},
        {R"({"cron": "@yearly", "start": "2400-01-01T00:00:00Z"})", never},
        {R"({"every": 60, "start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"})",
         "end: must be later than 'start'"},
        {R"({"every": 60, "start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"})",
         "end: must be later than 'start'"}};
    for (const auto& [text, reason] : table)
        EXPECT_EQ(read(text).problems, reason) << text;
}

TEST(ScheduleForm, all_problems_are_said_at_once)
{
    EXPECT_EQ(
        read(R"({"every": 0, "at": 1, "timezone": "", "max_catchup": "x"})").problems,
        "every: a duration must be more than zero seconds; "
        "at: must be a time like '2026-01-31T12:00:00Z', not the number 1; "
        "timezone: unknown time zone '' (accepted: UTC and the IANA names like 'Europe/Berlin'); "
        "max_catchup: must be a whole number from 1 to 10000, not the text 'x'; "
        "needs one of 'cron', 'every' and 'at', not 'every' and 'at'; "
        "timezone: belongs to 'cron'; 'every' depends on no zone"
    );
}

TEST(ScheduleForm, the_schema_has_the_same_members)
{
    const Json schema = ObjectKind<ScheduleForm>{}.schema();

    EXPECT_EQ(schema["properties"].size(), 9u);
    EXPECT_EQ(schema["properties"]["catchup"]["default"], "skip");
    EXPECT_EQ(schema["properties"]["max_catchup"]["default"], CatchupRule{}.ticks_max);
    EXPECT_EQ(schema["properties"]["jitter"]["default"], 0);
}

} // namespace
} // namespace sluice::schedule_form_test
