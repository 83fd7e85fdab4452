// SPDX-License-Identifier: Apache-2.0
// Rules and actions that are stored, and schedules.
#include "sluice/client.h"

#include "sdk/testing.h"

#include <gtest/gtest.h>

namespace sluice::client::client_stored_test {

namespace {

using namespace std::chrono_literals;
using namespace testing;

const std::string rule_body = R"("type":"Concurency","max_concurency":2,)"
                              R"("matcher":{"status":"Running","kind":"k","fields":[]})";
const std::string action_body =
    R"("kind":"Webhook","params":{"url":"https://w.example.com/","verb":"Post"})";
const std::string times =
    R"("created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z")";
const std::string rule =
    R"({"id": "r", "name": "few", )" + rule_body + R"(, "uses": 3, )" + times + "}";
const std::string action = R"({"id": "a", "name": null, )" + action_body + ", " + times + "}";
const std::string schedule =
    R"({"id": "s", "name": "n", "cron": null, "every": "6h", "at": null, "timezone": null,
    "tasks": [{"id": "a"}], "catchup": "skip", "max_catchup": 100, "overlap": "allow", "jitter": 0,
    "enabled": true, "start": null, "end": null, "next_run_at": "2026-01-31T12:00:00Z",
    "last_run_at": null, "last_batch_id": null, )" +
    times + "}";
const std::string deleted = R"({"id": "x"})";

Rule two_at_once()
{
    return concurrency(2, {.kind = "k"});
}

Action ring()
{
    return webhook("https://w.example.com/");
}

NewSchedule full_schedule()
{
    NewSchedule schedule;
    schedule.name = "n";
    schedule.tasks.task({.name = "A", .kind = "k", .on_start = ring()});
    schedule.cron = "0 3 * * *";
    schedule.every = 6h;
    schedule.at = noon;
    schedule.timezone = "Europe/Berlin";
    schedule.start = noon;
    schedule.end = noon;
    schedule.jitter = 5s;
    schedule.catchup = "run_all";
    schedule.max_catchup = 7;
    schedule.overlap = "cancel";
    schedule.enabled = false;
    return schedule;
}

TEST(ClientStored, rules_are_stored_shown_replaced_and_deleted)
{
    expect_asked(
        {{"GET /rules?page=1&page_size=2", "", "[" + rule + "]",
          [](auto& client) {
              const Page<StoredRule> page = client.rules({.page = 1, .page_size = 2});
              EXPECT_EQ(page.items.at(0).name, "few");
              EXPECT_EQ(page.items.at(0).max_concurency, 2);
              EXPECT_EQ(page.items.at(0).max_capacity, std::nullopt);
              EXPECT_EQ(page.items.at(0).matcher.at("kind").as_string(), "k");
          }},
         {"GET /rules/r%2F", "", rule, [](auto& client) { EXPECT_EQ(client.rule("r/").uses, 3); }},
         {"POST /rules", "{" + rule_body + R"(,"name":"few"})", rule,
          [](auto& client) { EXPECT_EQ(client.store_rule(two_at_once(), "few").id, "r"); }},
         {"PUT /rules/r", "{" + rule_body + "}", rule,
          [](auto& client) { client.replace_rule("r", two_at_once()); }},
         {"DELETE /rules/r", "", deleted, [](auto& client) { client.delete_rule("r"); }}}
    );
}

TEST(ClientStored, actions_are_stored_shown_replaced_and_deleted)
{
    expect_asked(
        {{"GET /actions", "", "[" + action + "]",
          [](auto& client) { EXPECT_EQ(client.actions().items.at(0).name, std::nullopt); }},
         {"GET /actions/a", "", action,
          [](auto& client) {
              const StoredAction stored = client.action("a");
              EXPECT_EQ(stored.params.at("verb").as_string(), "Post");
              EXPECT_EQ(stored.retry, std::nullopt);
              EXPECT_EQ(stored.created_at, noon);
          }},
         {"POST /actions", "{" + action_body + "}", action,
          [](auto& client) { EXPECT_EQ(client.store_action(ring()).kind, "Webhook"); }},
         {"PUT /actions/a", "{" + action_body + R"(,"name":"n"})", action,
          [](auto& client) { client.replace_action("a", ring(), "n"); }},
         {"DELETE /actions/a", "", deleted, [](auto& client) { client.delete_action("a"); }}}
    );
}

TEST(ClientStored, schedules_are_created_shown_changed_and_deleted)
{
    expect_asked(
        {{"POST /schedules",
          R"({"name":"n","tasks":[{"id":"task-1","name":"A","kind":"k","on_start":{)" +
              action_body +
              R"(}}],"cron":"0 3 * * *","every":21600,"at":"2026-01-31T12:00:00.000000Z",)"
              R"("timezone":"Europe/Berlin","start":"2026-01-31T12:00:00.000000Z",)"
              R"("end":"2026-01-31T12:00:00.000000Z","jitter":5,"catchup":"run_all",)"
              R"("max_catchup":7,"overlap":"cancel","enabled":false})",
          schedule,
          [](auto& client) { EXPECT_EQ(client.create_schedule(full_schedule()).id, "s"); }},
         {"GET /schedules?name=n&enabled=true&page=1&page_size=2", "", "[" + schedule + "]",
          [](auto& client) {
              const ScheduleQuery query{.name = "n", .enabled = true, .page = 1, .page_size = 2};
              EXPECT_EQ(client.schedules(query).items.at(0).max_catchup, 100);
          }},
         {"GET /schedules/s", "", schedule,
          [](auto& client) {
              const Schedule seen = client.schedule("s");
              EXPECT_EQ(seen.every->as_string(), "6h");
              EXPECT_EQ(seen.cron, std::nullopt);
              EXPECT_EQ(seen.next_run_at, noon);
              EXPECT_TRUE(seen.enabled);
          }},
         {"PATCH /schedules/s", R"({"enabled":false,"end":null})", schedule,
          [](auto& client) {
              client.update_schedule("s", Json::object({{"enabled", false}, {"end", nullptr}}));
          }},
         {"DELETE /schedules/s", "", deleted, [](auto& client) { client.delete_schedule("s"); }},
         {"GET /schedules/s/runs?page=0&page_size=9", "",
          R"([{"schedule_id": "s", "scheduled_at": "2026-01-31T12:00:00Z",
              "fired_at": "2026-01-31T12:00:00Z", "outcome": "skipped", "batch_id": null,
              "reason": "x"}])",
          [](auto& client) {
              const auto page = client.schedule_runs("s", {.page = 0, .page_size = 9});
              EXPECT_EQ(page.items.at(0).outcome, "skipped");
              EXPECT_EQ(page.items.at(0).batch_id, std::nullopt);
          }}}
    );
}

TEST(ClientStored, are_sent_again_only_where_that_makes_no_second_one)
{
    ScriptedServer server;
    const Client client(server.url(), at_once);
    server.answers({breaks_off, {.status = 201, .body = rule}});
    EXPECT_EQ(client.store_rule(two_at_once()).id, "r");
    EXPECT_EQ(server.sent().size(), 2u);

    server.answers({breaks_off, {.status = 201, .body = schedule}});
    EXPECT_TRUE(caught<Unavailable>([&] { client.create_schedule(full_schedule()); }));
    EXPECT_EQ(server.sent().size(), 1u);
}

TEST(ClientStored, lists_are_followed_to_their_ends)
{
    ScriptedServer server;
    const Client client(server.url());
    server.answers(
        {{.body = "[" + rule + "]", .headers = {{"Link", "</rules?page=1>; rel=\"next\""}}},
         {.body = "[" + rule + "]"}}
    );
    int count = 0;
    for (const StoredRule& stored : client.iterate_rules())
        count += stored.id == "r";
    EXPECT_EQ(count, 2);
    EXPECT_EQ(server.sent().at(1).line, "GET /rules?page=1");
}

} // namespace

} // namespace sluice::client::client_stored_test
