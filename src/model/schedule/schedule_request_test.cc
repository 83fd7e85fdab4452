// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/schedule_request.h"

#include <gtest/gtest.h>

namespace sluice::schedule_request_test {
namespace {

using namespace std::chrono_literals;

Json body(std::string_view changes = "{}")
{
    Json json = parse_json(R"({"name": "nightly", "cron": "0 3 * * *", "tasks": [{}]})").value();
    json.update(parse_json(changes).value());
    return json;
}

std::string problems_of(const Json& json)
{
    const Checked<ScheduleRequest> read = read_schedule_request(json);
    return read ? "" : to_error(read.error()).detail;
}

Time at(std::string_view text)
{
    return parse_time(text).value();
}

TEST(ScheduleRequest, needs_a_name_a_way_to_tick_and_tasks)
{
    EXPECT_EQ(problems_of(body()), "");
    EXPECT_EQ(
        problems_of(Json::object()),
        "name: is required; tasks: is required; needs one of 'cron', 'every' and 'at', not none of "
        "them"
    );
    EXPECT_EQ(problems_of(body(R"({"name": " "})")), "name: must not be blank");
    EXPECT_EQ(problems_of(body(R"({"tasks": []})")), "tasks: must not be empty");
    EXPECT_EQ(
        problems_of(body(R"({"tasks": {}})")), "tasks: must be a list of tasks, not an object"
    );
    EXPECT_NE(problems_of(Json::array()), "");
}

TEST(ScheduleRequest, tells_all_problems_at_once)
{
    EXPECT_EQ(
        problems_of(body(R"({"every": "5m", "overlap": "wait", "enabled": 1, "jitter": "2d"})")),
        "jitter: must be at most 1d; "
        "overlap: must be one of allow, skip, cancel, not the text 'wait'; "
        "enabled: must be true or false, not the number 1; "
        "needs one of 'cron', 'every' and 'at', not 'cron' and 'every'"
    );
}

TEST(ScheduleRequest, ignores_members_that_nobody_knows)
{
    EXPECT_EQ(problems_of(body(R"({"id": 7, "next_run_at": "never"})")), "");
}

TEST(ScheduleRequest, is_kept_with_what_stands_for_absent_members)
{
    EXPECT_EQ(
        dump_json(schedule_document(body(R"({"start": "2026-01-31T13:00:00+01:00", "id": 7})"))),
        R"({"name":"nightly","cron":"0 3 * * *","every":null,"at":null,"timezone":"UTC",)"
        R"("tasks":[{}],"catchup":"skip","max_catchup":100,"overlap":"allow","jitter":0,)"
        R"("enabled":true,"start":"2026-01-31T12:00:00.000000Z","end":null})"
    );
}

TEST(ScheduleRequest, is_read_again_from_what_is_kept)
{
    const Json once = schedule_document(body(R"({"jitter": "30s", "overlap": "skip",
        "timezone": "Europe/Berlin", "catchup": "run_all", "max_catchup": 7, "enabled": false,
        "end": "2100-01-31T13:00:00+01:00"})"));
    EXPECT_EQ(schedule_document(once), once);
    const ScheduleRequest read = read_schedule_request(once).value();
    EXPECT_EQ(read.timing.jitter, 30s);
    EXPECT_EQ(read.timing.end, at("2100-01-31T12:00:00Z"));
    EXPECT_EQ(read.overlap, Overlap::skip);
    EXPECT_EQ(read.catchup.policy, Catchup::run_all);
    EXPECT_EQ(read.catchup.ticks_max, 7);
    EXPECT_FALSE(read.enabled);
}

TEST(ScheduleRequest, changes_replace_members_and_null_takes_them_back)
{
    const Json before = schedule_document(body(R"({"jitter": "30s", "overlap": "skip"})"));
    const Json after = schedule_document(
        changed_schedule(before, parse_json(R"({"jitter": null, "name": "hourly"})").value())
    );
    EXPECT_EQ(after["jitter"], 0);
    EXPECT_EQ(after["name"], "hourly");
    EXPECT_EQ(after["overlap"], "skip");
    EXPECT_EQ(after["cron"], "0 3 * * *");
}

TEST(ScheduleRequest, the_ways_to_tick_take_each_others_place)
{
    const Json before = schedule_document(body(R"({"timezone": "Europe/Berlin"})"));
    const auto changed = [&before](std::string_view changes) {
        return schedule_document(changed_schedule(before, parse_json(changes).value()));
    };
    EXPECT_EQ(problems_of(changed(R"({"every": "5m"})")), "");
    EXPECT_EQ(changed(R"({"every": "5m"})")["cron"], nullptr);
    EXPECT_EQ(changed(R"({"every": "5m"})")["timezone"], nullptr);
    EXPECT_EQ(changed(R"({"cron": "0 4 * * *"})")["timezone"], "Europe/Berlin");
    EXPECT_EQ(changed(R"({"every": "5m", "cron": null})")["every"], "5m");
    EXPECT_NE(problems_of(changed(R"({"cron": null})")), "") << "no way is left";
    EXPECT_NE(problems_of(changed(R"({"every": "5m", "at": "2100-01-01T00:00:00Z"})")), "");
}

TEST(ScheduleRequest, is_due_at_its_next_tick_with_its_jitter)
{
    Schedule timing{.ticks = EveryTicks{1h}, .end = at("2026-01-01T03:00:00Z")};
    const Time noon = at("2026-01-01T00:00:00Z");
    EXPECT_EQ(next_due(timing, ScheduleId{1}, noon), noon + 1h);
    timing.jitter = 10min;
    EXPECT_EQ(next_due(timing, ScheduleId{1}, noon), due(timing, ScheduleId{1}, noon + 1h));
    EXPECT_EQ(next_due(timing, ScheduleId{1}, noon + 2h), std::nullopt);
}

TEST(ScheduleRequest, its_schema_asks_for_what_reading_asks_for)
{
    const Json tasks{{"$ref", "#/tasks"}};
    const Json schema = schedule_request_schema(tasks);
    EXPECT_EQ(schema["required"], Json::array({"name", "tasks"}));
    EXPECT_EQ(schema["properties"]["tasks"]["$ref"], "#/tasks");
    EXPECT_EQ(schema["properties"].size(), 13u);
    EXPECT_FALSE(schedule_change_schema(tasks).contains("required"));
}

} // namespace
} // namespace sluice::schedule_request_test
