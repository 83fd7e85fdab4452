// SPDX-License-Identifier: Apache-2.0
#include "sluice/client.h"

#include "sdk/testing.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::client::client_test {

namespace {

using namespace std::chrono_literals;
using namespace testing;

const std::string counts = R"("total_tasks": 3, "total_success": 4, "total_failures": 5,
    "total_expected": null, "status_counts": {"waiting": 1, "pending": 2, "claimed": 3,
    "running": 4, "success": 5, "failure": 6, "skipped": 7, "paused": 8, "canceled": 9})";
const std::string listed = R"("total_tasks": 1, "first_created_at": "2026-01-31T12:00:00.000001Z",
    "latest_updated_at": "2026-01-31T12:00:01Z", "kinds": ["a"], "status_counts": {"waiting": 0,
    "pending": 0, "claimed": 0, "running": 0, "success": 1, "failure": 0, "skipped": 0,
    "paused": 0, "canceled": 0})";
const std::string stopped = R"({"canceled_waiting": 1, "canceled_pending": 2, "canceled_claimed": 3,
    "canceled_running": 4, "canceled_paused": 5, "already_terminal": 6})";
const std::string paused = R"({"paused_waiting": 1, "paused_pending": 2, "paused_claimed": 3,
    "paused_running": 4})";
const std::string delivery = R"({"id": "d", "task_id": "t", "batch_id": "b", "attempt": 1,
    "trigger": "End", "condition": "success", "position": 0, "status": "dead", "tries": 10,
    "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z",
    "next_try_at": null, "answered_status": 404, "reason": "x", "answer": null,
    "idempotency_key": "k"})";

const std::vector<Asked> calls_about_tasks{
    {"GET /task/a%2Fb", "", task_json(), [](auto& client) { client.get("a/b"); }},
    {"GET /task", "", "[]", [](auto& client) { client.list(); }},
    {"GET /task?name=a%20b&kind=k&status=Running&timeout=60&metadata=%7B%22a%22%3A1%7D&batch_id=b"
     "&group_id=g%26&deleted=true&page=1&page_size=2&before=c",
     "", "[]",
     [](auto& client) {
         client.list(
             {.name = "a b",
              .kind = "k",
              .status = Status::running,
              .timeout = 60s,
              .metadata = Json::object({{"a", 1}}),
              .batch_id = "b",
              .group_id = "g&",
              .deleted = true,
              .page = 1,
              .page_size = 2,
              .before = "c"}
         );
     }},
    {"PATCH /task/a",
     R"({"metadata":null,"expected_count":2,"priority":-3,)"
     R"("scheduled_at":"2026-01-31T12:00:00.000000Z","status":"Failure","new_success":0,)"
     R"("new_failures":1,"failure_reason":"x","attempt":4})",
     "Task updated successfully",
     [](auto& client) {
         client.update(
             "a", {.metadata = nullptr,
                   .expected_count = 2,
                   .priority = -3,
                   .scheduled_at = noon,
                   .status = Status::failure,
                   .new_success = 0,
                   .new_failures = 1,
                   .failure_reason = "x",
                   .attempt = 4}
         );
     }},
    {"PATCH /task/a", "{}", "", [](auto& client) { client.update("a", {}); }},
    {"PUT /task/a", R"({"new_success":2,"new_failures":0})", "Queued",
     [](auto& client) { client.count("a", {.success = 2}); }},
    {"PATCH /task/a", R"({"attempt":2})", "", [](auto& client) { client.heartbeat("a", 2); }},
    {"PATCH /task/a", "{}", "", [](auto& client) { client.heartbeat("a"); }},
    {"DELETE /task/a", "", task_json(), [](auto& client) { client.cancel("a"); }},
    {"PATCH /task/pause/a", "", task_json(), [](auto& client) { client.pause("a"); }},
    {"PATCH /task/resume/a", "", task_json(), [](auto& client) { client.resume("a"); }},
    {"POST /task/a/retry", "", task_json(), [](auto& client) { client.retry("a"); }},
    {"DELETE /task/a?purge=soft", "", task_json(), [](auto& client) { client.hide("a"); }},
    {"POST /task/a/restore", "", task_json(), [](auto& client) { client.restore("a"); }},
    {"GET /task/a/timeline", "",
     R"({"task_id": "a", "events": [{"at": "2026-01-31T12:00:00Z", "event": "created",
         "actor": "laptop", "attempt": null, "status": "Pending", "detail": null}]})",
     [](auto& client) {
         const Timeline timeline = client.timeline("a");
         EXPECT_EQ(timeline.events.at(0).at, noon);
         EXPECT_EQ(timeline.events.at(0).status, Status::pending);
         EXPECT_EQ(timeline.events.at(0).attempt, std::nullopt);
     }},
    {"GET /task/a/why", "",
     R"({"task_id": "a", "status": "Pending", "reason": "rules", "why": "a rule holds it up",
         "parents": [{"id": "p", "status": "Running"}], "rules": [{"type": "Concurency",
         "maximum": 2, "now": 3, "matcher": {"kind": "k"}, "holders": ["h"]}],
         "not_before": null, "paused_by": null, "paused_at": "2026-01-31T12:00:00Z"})",
     [](auto& client) {
         const Why why = client.why("a");
         EXPECT_EQ(why.reason, "rules");
         EXPECT_EQ(why.parents.at(0).status, Status::running);
         EXPECT_EQ(why.rules.at(0).maximum, 2);
         EXPECT_EQ(why.rules.at(0).matcher.at("kind").as_string(), "k");
         EXPECT_EQ(why.rules.at(0).holders, std::vector<std::string>{"h"});
         EXPECT_EQ(why.paused_at, noon);
     }},
};

const std::vector<Asked> calls_about_many{
    {"GET /batch/b", "", R"({"batch_id": "b", )" + counts + "}",
     [](auto& client) {
         const BatchCounts batch = client.batch("b");
         EXPECT_EQ(batch.total_failures, 5);
         EXPECT_EQ(batch.total_expected, std::nullopt);
         EXPECT_EQ(batch.status_counts.unfinished(), 1 + 2 + 3 + 4 + 8);
     }},
    {"GET /batches?name=n&kind=k&status=Canceled&created_after=2026-01-31T12%3A00%3A00.000000Z"
     "&created_before=2026-01-31T12%3A00%3A00.000000Z&page=0&page_size=9",
     "", R"([{"batch_id": "b", )" + listed + "}]",
     [](auto& client) {
         const Page<ListedBatch> page = client.batches(
             {.name = "n",
              .kind = "k",
              .status = Status::canceled,
              .created_after = noon,
              .created_before = noon,
              .page = 0,
              .page_size = 9}
         );
         EXPECT_EQ(page.items.at(0).first_created_at, noon + 1us);
         EXPECT_EQ(page.items.at(0).kinds, std::vector<std::string>{"a"});
     }},
    {"GET /dag/b", "",
     R"({"tasks": [], "links": [{"parent_id": "p", "child_id": "c", "requires_success": true,
         "condition": "on_success"}]})",
     [](auto& client) { EXPECT_EQ(client.dag("b").links.at(0).child_id, "c"); }},
    {"DELETE /batch/b", "", stopped,
     [](auto& client) { EXPECT_EQ(client.stop_batch("b").already_terminal, 6); }},
    {"PATCH /batch/b/pause", "", paused,
     [](auto& client) { EXPECT_EQ(client.pause_batch("b").paused_running, 4); }},
    {"PATCH /batch/b/resume", "", R"({"resumed": 7})",
     [](auto& client) { EXPECT_EQ(client.resume_batch("b"), 7); }},
    {"PATCH /batch/b/rules", R"({"kind":"k","rules":[{"ref":"r"}]})",
     R"({"kind": "k", "updated_count": 8})",
     [](auto& client) { EXPECT_EQ(client.set_rules("b", "k", {Stored{"r"}}), 8); }},
    {"GET /groups/g%20h", "", R"({"group_id": "g h", )" + counts + "}",
     [](auto& client) { EXPECT_EQ(client.group("g h").total_tasks, 3); }},
    {"GET /groups?page=2&page_size=3", "", R"([{"group_id": "g", )" + listed + "}]",
     [](auto& client) {
         EXPECT_EQ(client.groups({.page = 2, .page_size = 3}).items.at(0).group_id, "g");
     }},
    {"DELETE /groups/g", "", stopped,
     [](auto& client) { EXPECT_EQ(client.stop_group("g").canceled_paused, 5); }},
    {"PATCH /groups/g/pause", "", paused,
     [](auto& client) { EXPECT_EQ(client.pause_group("g").paused_waiting, 1); }},
    {"PATCH /groups/g/resume", "", R"({"resumed": 7})",
     [](auto& client) { EXPECT_EQ(client.resume_group("g"), 7); }},
};

const std::vector<Asked> calls_about_the_service{
    {"GET /deliveries?status=dead&task_id=t&batch_id=b&trigger=on_success&page_size=1&before=d", "",
     "[" + delivery + "]",
     [](auto& client) {
         const Page<Delivery> page = client.deliveries(
             {.status = "dead",
              .task_id = "t",
              .batch_id = "b",
              .trigger = "on_success",
              .page_size = 1,
              .before = "d"}
         );
         EXPECT_EQ(page.items.at(0).answered_status, 404);
     }},
    {"GET /deliveries/d", "", delivery,
     [](auto& client) { EXPECT_EQ(client.delivery("d").condition, "success"); }},
    {"POST /deliveries/d/redeliver", "", R"({"redelivered": 1})",
     [](auto& client) { EXPECT_EQ(client.redeliver("d"), 1); }},
    {"POST /deliveries/redeliver", R"({"task_id":"t","batch_id":"b","trigger":"on_cancel"})",
     R"({"redelivered": 2})",
     [](auto& client) {
         const DeadDeliveries which{.task_id = "t", .batch_id = "b", .trigger = "on_cancel"};
         EXPECT_EQ(client.redeliver_all(which), 2);
     }},
    {"POST /deliveries/redeliver", "{}", R"({"redelivered": 0})",
     [](auto& client) { client.redeliver_all(); }},
    {"GET /audit?actor=a%26b&action=cancel&object=batch&object_id=b&after=2026-01-31T12%3A00%3A00"
     ".000000Z&before=2026-01-31T12%3A00%3A00.000000Z&page_size=1&cursor=9",
     "",
     R"([{"id": 7, "at": "2026-01-31T12:00:00Z", "actor": null, "action": "cancel",
         "object": "batch", "object_id": "b", "detail": "x"}])",
     [](auto& client) {
         const Page<AuditLine> page = client.audit(
             {.actor = "a&b",
              .action = "cancel",
              .object = "batch",
              .object_id = "b",
              .after = noon,
              .before = noon,
              .page_size = 1,
              .cursor = 9}
         );
         EXPECT_EQ(page.items.at(0).id, 7);
         EXPECT_EQ(page.items.at(0).actor, std::nullopt);
         EXPECT_EQ(page.items.at(0).detail, "x");
     }},
    {"GET /version", "", R"({"name": "sluice", "version": "1", "protocol": "2"})",
     [](auto& client) { EXPECT_EQ(client.version().protocol, "2"); }},
};

TEST(Client, asks_what_each_call_says)
{
    for (const auto* calls : {&calls_about_tasks, &calls_about_many, &calls_about_the_service})
        expect_asked(*calls);
}

TEST(Client, reads_everything_of_a_task)
{
    ScriptedServer server;
    server.answers(
        {{.body = task_json(
              {{"status", "Failure"},
               {"group_id", "g"},
               {"ended_at", "2026-01-31T13:00:00+01:00"},
               {"rules", Json::array({1})}}
          )}}
    );
    const Task task = Client(server.url()).get(task_id);

    EXPECT_EQ(task.id, task_id);
    EXPECT_EQ(task.status, Status::failure);
    EXPECT_TRUE(is_final(task.status));
    EXPECT_EQ(task.created_at, noon + 1us);
    EXPECT_EQ(task.started_at, std::nullopt);
    EXPECT_EQ(task.ended_at, noon);
    EXPECT_EQ(task.expected_count, 10);
    EXPECT_EQ(task.group_id, "g");
    EXPECT_EQ(task.timeout, 600s);
    EXPECT_EQ(task.rules.text(), "[1]");
    EXPECT_EQ(task.metadata.at("customer").as_integer(), 7);
    EXPECT_EQ(task.actions.at(0).params->at("verb").as_string(), "Post");
    EXPECT_EQ(task.actions.at(0).condition, std::nullopt);
    EXPECT_EQ(task.retry->text(), R"({"max_retries":2})");
    EXPECT_EQ(task.max_attempts, 3);
}

TEST(Client, says_where_an_answer_cannot_be_read)
{
    ScriptedServer server;
    const Client client(server.url());
    const std::vector<std::pair<std::string, std::string>> cases{
        {"<html>", "the answer cannot be read: JSON is expected"},
        {"[]", "the answer cannot be read: an object is expected"},
        {task_json({{"status", "Odd"}}),
         "the answer cannot be read: a status is expected at status"},
        {task_json({{"created_at", 5}}),
         "the answer cannot be read: a time is expected at created_at"},
        {task_json({{"actions", Json::array({Json::object({})})}}),
         "the answer cannot be read: a value is expected at actions[0].id"},
    };
    for (const auto& [body, message] : cases) {
        server.answers({{.body = body}});
        const auto error = caught<Error>([&] { client.get("a"); });
        ASSERT_TRUE(error) << body;
        EXPECT_EQ(error->message(), message);
    }
}

TEST(Client, ignores_members_that_it_does_not_know)
{
    ScriptedServer server;
    server.answers({{.body = R"({"status": "ok", "database": "healthy", "later": {}})"}});
    EXPECT_EQ(Client(server.url()).health().pool_size, std::nullopt);
}

TEST(Client, reads_a_bad_state_as_an_answer_and_not_as_a_refusal)
{
    ScriptedServer server;
    const Client client(server.url());
    server.answers({{.status = 503, .body = R"({"status": "not_ready", "reason": "stopping"})"}});
    EXPECT_EQ(client.ready().reason, "stopping");
    server.answers({{.body = R"({"status": "ready", "trouble": "no Kubernetes"})"}});
    EXPECT_EQ(client.ready().trouble, "no Kubernetes");
    server.answers({{.status = 503, .body = R"({"status": "degraded", "database": "unhealthy"})"}});
    EXPECT_EQ(client.health().database, "unhealthy");
    EXPECT_EQ(server.sent().size(), 1u);
}

TEST(Client, creates_a_batch_once_however_often_it_is_sent)
{
    ScriptedServer server;
    const Client client(server.url(), at_once);
    const Scripted created{
        .status = 201, .body = "[" + task_json() + "]", .headers = {{"X-Batch-ID", "b"}}};
    Batch batch;
    batch.task({.name = "a", .kind = "k"});

    server.answers({breaks_off, {.status = 503}, {.status = 502}, created});
    const CreatedBatch result = client.create(batch);
    client.create(batch);
    client.create(batch, "own");

    EXPECT_EQ(result.batch_id, "b");
    EXPECT_EQ(result.tasks.at(0).id, task_id);
    const std::vector<Sent> sent = server.sent();
    ASSERT_EQ(sent.size(), 6u);
    std::set<std::string> keys;
    for (std::size_t i = 0; i < 4; ++i)
        keys.insert(sent[i].header("idempotency-key"));
    EXPECT_EQ(keys.size(), 1u);
    EXPECT_FALSE(keys.contains(""));
    EXPECT_FALSE(keys.contains(sent[4].header("idempotency-key")));
    EXPECT_EQ(sent[5].header("idempotency-key"), "own");
    EXPECT_EQ(sent[0].body, R"([{"id":"task-1","name":"a","kind":"k"}])");
}

TEST(Client, gets_no_tasks_when_deduplication_left_out_all)
{
    ScriptedServer server;
    server.answers({{.status = 204, .headers = {{"X-Batch-ID", "b"}}}});
    const CreatedBatch created = Client(server.url()).create(Json::array({}));
    EXPECT_EQ(created.batch_id, "b");
    EXPECT_TRUE(created.tasks.empty());
}

TEST(Client, follows_a_list_to_its_end)
{
    ScriptedServer server;
    const Client client(server.url());
    const auto page = [&](const std::string& name, const std::string& next) {
        const std::string link = "<http://elsewhere/task?" + next + ">; rel=\"next\"";
        Scripted answer{.body = "[" + task_json({{"name", name}}) + "]"};
        if (!next.empty())
            answer.headers.emplace_back("Link", link);
        return answer;
    };
    Scripted empty = page("", "kind=a%20b&before=2");
    empty.body = "[]";
    server.answers({page("1", "kind=a%20b&before=1"), empty, page("2", "")});

    std::vector<std::string> names;
    for (const LightTask& task : client.iterate({.kind = "a b"}))
        names.push_back(task.name);

    EXPECT_EQ(names, (std::vector<std::string>{"1", "2"}));
    const std::vector<Sent> sent = server.sent();
    ASSERT_EQ(sent.size(), 3u);
    EXPECT_EQ(sent[0].line, "GET /task?kind=a%20b");
    EXPECT_EQ(sent[1].line, "GET /task?kind=a%20b&before=1");
    EXPECT_EQ(sent[2].line, "GET /task?kind=a%20b&before=2");

    server.answers({page("1", "page=1"), page("2", "")});
    const Page<LightTask> first = client.list();
    ASSERT_TRUE(first.next);
    EXPECT_FALSE(first.next().next);
}

TEST(Client, waits_until_every_task_of_a_batch_is_final)
{
    ScriptedServer server;
    const Client client(server.url());
    const auto with = [](int running) {
        return Scripted{
            .body = R"({"batch_id": "b", "total_tasks": 1, "total_success": 0,
            "total_failures": 0, "status_counts": {"waiting": 0, "pending": 0, "claimed": 0,
            "running": )" +
                    std::to_string(running) + R"(, "success": 0, "failure": 0,
            "skipped": 0, "paused": 0, "canceled": 0}})"};
    };

    server.answers({with(2), with(1), with(0)});
    EXPECT_EQ(client.wait_batch("b", {.interval = 0ms}).status_counts.unfinished(), 0);
    EXPECT_EQ(server.sent().size(), 3u);

    server.answers({with(1)});
    const Waiting not_long{.interval = 1h, .limit = 1ms};
    EXPECT_EQ(client.wait_batch("b", not_long).status_counts.running, 1);
}

// Whether the answer with this status is raised as an error of this kind.
template <class Kind>
bool is_raised_as(int status)
{
    ScriptedServer server;
    server.answers({{.status = status, .body = R"({"error": "no"})"}});
    const Client client(server.url(), {.tries = 1});
    const auto error = caught<Kind>([&] { client.get("a"); });
    return error && error->status() == status && error->message() == "no";
}

TEST(Client, raises_what_the_server_refuses)
{
    for (const int status : {302, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 502, 503})
        EXPECT_TRUE(is_raised_as<Error>(status)) << status;
    for (const int status : {400, 413, 415, 422})
        EXPECT_TRUE(is_raised_as<Invalid>(status)) << status;
    for (const int status : {401, 403})
        EXPECT_TRUE(is_raised_as<Unauthorized>(status)) << status;
    EXPECT_TRUE(is_raised_as<NotFound>(404));
    EXPECT_TRUE(is_raised_as<Conflict>(409));
    for (const int status : {429, 502, 503, 504})
        EXPECT_TRUE(is_raised_as<Unavailable>(status)) << status;
}

TEST(Client, tells_every_problem_of_a_body)
{
    ScriptedServer server;
    server.answers(
        {{.status = 400,
          .body = R"({"error": "the body is refused: 2 problems", "details": ["a: x", "b: y"]})",
          .headers = {{"X-Request-Id", "r"}}}}
    );
    const auto error = caught<Invalid>([&] { Client(server.url()).create(Batch()); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->message(), "the body is refused: 2 problems");
    EXPECT_EQ(error->details(), (std::vector<std::string>{"a: x", "b: y"}));
    EXPECT_STREQ(error->what(), "the body is refused: 2 problems\n  a: x\n  b: y");
    EXPECT_EQ(error->request_id(), "r");
}

TEST(Client, understands_refusals_that_are_no_json)
{
    ScriptedServer server;
    server.answers({{.status = 500, .body = "<html>"}});
    const auto error = caught<Error>([&] { Client(server.url()).get("a"); });
    EXPECT_STREQ(error.value().what(), "the server answered with status 500");
}

TEST(Client, refuses_what_is_no_server_without_telling_secrets)
{
    for (const char* url : {"", "h", "ftp://h", "http://", "http://h?token=abc", "http://h#abc"}) {
        const auto error = caught<std::invalid_argument>([&] { Client{url}; });
        ASSERT_TRUE(error) << url;
        EXPECT_EQ(std::string(error->what()).find("abc"), std::string::npos);
    }
    EXPECT_TRUE(caught<std::invalid_argument>([] {
        Client("http://h", {.api_key = "a\r\nX-Evil: 1"});
    }));
    EXPECT_TRUE(caught<std::invalid_argument>([] { Client("http://h").create(Batch(), "a\nb"); }));
}

TEST(Client, may_be_used_by_many_threads)
{
    ScriptedServer server;
    server.answers({{.body = task_json()}});
    const Client client(server.url());

    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([client, i] {
            for (int n = 0; n < 20; ++n)
                client.get("task-" + std::to_string(i));
        });
    for (std::thread& thread : threads)
        thread.join();

    EXPECT_EQ(server.sent().size(), 160u);
    EXPECT_LE(server.connections(), 8u);
}

} // namespace

} // namespace sluice::client::client_test
