// SPDX-License-Identifier: Apache-2.0
#include "sluice/handle.h"

#include "sdk/members.h"
#include "sdk/testing.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace sluice::client::handle_test {

namespace {

using namespace testing;

const std::string id(task_id);

struct Reported {
    std::string method;
    std::string body;
    std::function<void(const TaskHandle&)> call;
};

const std::vector<Reported> reports{
    {"PATCH", R"({"status":"Success"})", [](auto& task) { task.succeed(); }},
    {"PATCH", R"({"metadata":{"a":1},"status":"Success","new_success":3,"new_failures":0})",
     [](auto& task) {
         task.succeed({.success = 3, .failures = 0, .metadata = Json::object({{"a", 1}})});
     }},
    {"PATCH", R"({"status":"Failure","new_failures":1,"failure_reason":"broken"})",
     [](auto& task) { task.fail("broken", {.failures = 1}); }},
    {"PATCH", R"({"metadata":[1],"expected_count":9,"priority":1})",
     [](auto& task) {
         task.update({.metadata = Json::array({1}), .expected_count = 9, .priority = 1});
     }},
    {"PATCH", "{}", [](auto& task) { task.heartbeat(); }},
    {"PUT", R"({"new_success":2,"new_failures":1})",
     [](auto& task) { task.report_progress({.success = 2, .failures = 1}); }},
    {"GET", "", [](auto& task) { EXPECT_EQ(task.get().kind, "build"); }},
    {"DELETE", "", [](auto& task) { EXPECT_EQ(task.cancel().id, task.id()); }},
};

// What a PATCH says besides when the attempt is known.
std::string with_attempt(const Reported& report, int attempt)
{
    if (report.method != "PATCH")
        return report.body;
    std::vector<Json::Member> members = Json::parse(report.body).members();
    members.emplace_back("attempt", attempt);
    return Json::object(members).text();
}

TEST(TaskHandle, reports_where_its_url_says_and_keeps_the_token)
{
    ScriptedServer server;
    const std::string path = "/sluice/task/" + id + "?token=a%2Bb%3D%26c&x=";
    for (const Reported& report : reports) {
        server.answers({{.body = task_json()}});
        report.call(TaskHandle::from_url(server.url() + path));
        report.call(TaskHandle::from_url(server.url() + path, 3));
        const std::vector<Sent> sent = server.sent();
        ASSERT_EQ(sent.size(), 2u);
        EXPECT_EQ(sent[0].line, report.method + " " + path);
        EXPECT_EQ(sent[1].line, sent[0].line);
        EXPECT_EQ(sent[0].header("authorization"), "");
        EXPECT_EQ(sent[0].body, report.body);
        EXPECT_EQ(sent[1].body, with_attempt(report, 3));
    }
}

TEST(TaskHandle, tells_success_until_somebody_has_taken_it)
{
    ScriptedServer server;
    server.answers({breaks_off, {.status = 503, .headers = {{"Retry-After", "0"}}}, breaks_off, {}}
    );
    TaskHandle::from_url(server.url() + "/task/" + id, {}, at_once).succeed({.success = 3});
    EXPECT_EQ(server.sent().size(), 4u);
}

TEST(TaskHandle, repeats_a_failure_only_when_the_attempt_is_known)
{
    ScriptedServer server;
    const std::string url = server.url() + "/task/" + id;
    server.answers({breaks_off, {}});
    const TaskHandle unknown = TaskHandle::from_url(url, {}, at_once);
    EXPECT_TRUE(caught<Unavailable>([&] { unknown.fail("x"); }));
    server.answers({breaks_off, {}});
    TaskHandle::from_url(url, 1, at_once).fail("x");
    EXPECT_EQ(server.sent().size(), 2u);
}

TEST(TaskHandle, never_repeats_counts_that_may_have_been_added)
{
    ScriptedServer server;
    const TaskHandle task = TaskHandle::from_url(server.url() + "/task/" + id, 1, at_once);
    server.answers({{.status = 429}, breaks_off, {}});
    EXPECT_TRUE(caught<Unavailable>([&] { task.report_progress({.success = 1}); }));
    EXPECT_EQ(server.sent().size(), 2u);
}

TEST(TaskHandle, believes_an_end_that_was_taken_unheard)
{
    ScriptedServer server;
    const TaskHandle task = TaskHandle::from_url(server.url() + "/task/" + id, 1, at_once);
    const auto told = [&](const std::vector<Json::Member>& changes, auto report) {
        server.answers({breaks_off, {.status = 404}, {.body = task_json(changes)}});
        return !caught<NotFound>([&] { report(task); });
    };
    const auto succeed = [](const TaskHandle& of) { of.succeed(); };
    const auto fail = [](const TaskHandle& of) { of.fail("x"); };

    EXPECT_TRUE(told({{"status", "Success"}}, succeed));
    EXPECT_FALSE(told({{"status", "Failure"}}, succeed));
    EXPECT_FALSE(told({{"status", "Success"}, {"attempt", 2}}, succeed));
    EXPECT_TRUE(told({{"status", "Failure"}}, fail));
    EXPECT_TRUE(told({{"next_retry_at", "2026-01-31T12:00:00Z"}}, fail));
    EXPECT_TRUE(told({{"status", "Running"}, {"attempt", 2}}, fail));
    EXPECT_FALSE(told({{"status", "Canceled"}}, fail));
    EXPECT_EQ(server.sent().back().line, "GET /task/" + id);
}

TEST(TaskHandle, believes_a_cancel_that_was_taken_unheard)
{
    ScriptedServer server;
    const TaskHandle task = TaskHandle::from_url(server.url() + "/task/" + id, 1, at_once);
    const std::string canceled = task_json({{"status", "Canceled"}});
    server.answers({breaks_off, {.status = 400}, {.body = canceled}});
    EXPECT_EQ(task.cancel().status, Status::canceled);
}

TEST(TaskHandle, tells_the_target_of_an_older_attempt_to_stop)
{
    ScriptedServer server;
    server.answers({{.status = 409, .body = R"({"error": "Conflict: attempt 2 is current"})"}});
    const TaskHandle task = TaskHandle::from_url(server.url() + "/task/" + id, 1);
    EXPECT_TRUE(caught<Conflict>([&] { task.heartbeat(); }));
}

TEST(TaskHandle, sends_a_key_to_a_server_that_wants_one)
{
    ScriptedServer server;
    server.answers({{.body = task_json()}});
    TaskHandle::from_url(server.url() + "/task/" + id, {}, {.api_key = "secret"}).get();
    EXPECT_EQ(server.sent()[0].header("authorization"), "Bearer secret");
}

TEST(TaskHandle, shares_the_connections_that_it_is_given)
{
    ScriptedServer server;
    const Connections connections;
    for (int i = 0; i < 3; ++i)
        TaskHandle::from_url(server.url() + "/task/" + id, 1, {.connections = connections})
            .heartbeat();
    EXPECT_EQ(server.connections(), 1u);
}

TEST(TaskHandle, finds_all_that_it_needs_in_a_webhook)
{
    const std::string url = percent_encode("http://h:1/task/" + id + "?token=t%20t");
    const std::multimap<std::string, std::string> headers{{"A", "b"}, {"x-TASK-attempt", "2"}};

    const TaskHandle task = TaskHandle::from_webhook("/run?a=1&handle=" + url, headers);
    EXPECT_EQ(task.id(), id);
    EXPECT_EQ(task.attempt(), 2);

    const std::vector<std::pair<std::string_view, std::string_view>> none;
    EXPECT_EQ(TaskHandle::from_webhook("http://w/?handle=" + url, none).attempt(), std::nullopt);
    for (const char* text : {"", "x", "1x", "-1", "99999999999"}) {
        const std::map<std::string, std::string> odd{{"X-Task-Attempt", text}};
        EXPECT_EQ(TaskHandle::from_webhook("/?handle=" + url, odd).attempt(), std::nullopt);
    }
}

TEST(TaskHandle, takes_the_handle_of_the_server_and_not_one_of_the_user)
{
    const std::string ours = percent_encode("http://h/task/" + id);
    const std::string theirs = percent_encode("http://other/task/" + std::string(batch_id));
    const std::map<std::string, std::string> none;
    const std::string target = "/run?handle=" + theirs + "&handle=" + ours;
    EXPECT_EQ(TaskHandle::from_webhook(target, none).id(), id);
}

TEST(TaskHandle, refuses_requests_that_are_no_webhooks)
{
    const std::map<std::string, std::string> none;
    for (const char* target : {"", "/run", "/run?handle=", "/run?other=1"})
        EXPECT_TRUE(caught<std::invalid_argument>([&] { TaskHandle::from_webhook(target, none); }))
            << target;
}

TEST(TaskHandle, refuses_urls_that_are_no_handles_without_telling_their_tokens)
{
    const std::vector<std::string> urls{
        "",
        "/task/" + id,
        "ftp://h/task/" + id,
        "http:///task/" + id + "?token=abc",
        "http://h/task/",
        "http://h/",
        "http://h/tasks/" + id + "?token=abc",
        "http://h/task/" + id + "/retry?token=abc",
        "http://h/task/" + id + "x?token=abc",
        "http://h?token=abc&x=/task/" + id,
        "http://h/task/x?token=abc"};
    for (const std::string& url : urls) {
        const auto error = caught<std::invalid_argument>([&] { TaskHandle::from_url(url); });
        ASSERT_TRUE(error) << url;
        EXPECT_EQ(std::string(error->what()).find("abc"), std::string::npos);
    }
}

} // namespace

} // namespace sluice::client::handle_test
