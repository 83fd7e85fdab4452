// SPDX-License-Identifier: Apache-2.0
#include "api/testing.h"
#include "api/wire_worker.h"

namespace sluice::workers_test {

namespace {

using namespace testing;

Json worker(const std::string& pod, Json extra = Json::object())
{
    Json body = Json::object();
    body["pod_name"] = pod;
    body.update(extra);
    return body;
}

Json report(const std::string& pod, Json datum)
{
    return worker(pod, Json{{"datum", std::move(datum)}});
}

const Json done{{"status", "done"}, {"output", "said"}};
const Json failed{
    {"status", "error"}, {"output", "said"}, {"error_message", "exit 1"}, {"backtrace", "main"}};

std::string id_of(const Json& reserved)
{
    return reserved["datum"]["id"];
}

TEST(ApiReserve, a_worker_gets_a_datum_with_its_inputs_and_keeps_it)
{
    ApiFixture api;
    const std::string job = api.create_job(2);
    const Json first = api.reserve(job, "w1");
    ASSERT_TRUE(first.is_object());
    EXPECT_EQ(first["datum"]["status"], "running");
    EXPECT_EQ(first["datum"]["pod_name"], "w1");
    EXPECT_EQ(first["attempt"], 1);
    EXPECT_EQ(first["input_files"][0]["local_path"], "/pfs/texts/0.txt");
    const Json again = api.reserve(job, "w1");
    EXPECT_EQ(id_of(again), id_of(first));
    EXPECT_EQ(again["attempt"], 1);
    const Json other = api.reserve(job, "w2");
    EXPECT_NE(id_of(other), id_of(first));
    EXPECT_TRUE(api.reserve(job, "w3").is_null());
}

TEST(ApiReserve, prefetch_brings_a_second_datum_that_starts_later)
{
    ApiFixture api;
    const std::string job = api.create_job(3);
    const std::string first = id_of(api.reserve(job, "w1"));
    const Json prefetch{{"prefetch", true}};
    const std::string second = id_of(api.reserve(job, "w1", prefetch));
    EXPECT_NE(second, first);
    EXPECT_EQ(id_of(api.reserve(job, "w1", prefetch)), second); // the answer may have been lost
    EXPECT_EQ(id_of(api.reserve(job, "w1")), first);
    const auto started = [&] {
        const std::int64_t key = api.store->key(UidKind::task, parse_uid(second).value()).value();
        auto look = [task = TaskId{key}](Reads& reads) { return reads.task(task); };
        return await(api.loop, api.store->read(look)).value()->lease->started_at.has_value();
    };
    EXPECT_FALSE(started());
    EXPECT_EQ(api.patch("/datums/" + first, report("w1", done)).status, 200);
    EXPECT_EQ(id_of(api.reserve(job, "w1")), second);
    EXPECT_TRUE(started());
}

TEST(ApiReserve, a_long_poll_is_woken_by_new_work)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string datum = id_of(api.reserve(job, "w1"));
    const Json ask = worker("w2", {{"node_name", "node"}, {"wait", 30}});
    const auto waiting = api.begin(Method::post, "/jobs/" + job + "/reserve_next_datum", ask);
    EXPECT_FALSE(waiting->is_over());
    EXPECT_EQ(api.post("/datums/" + datum + "/give_back", worker("w1")).status, 204);
    const Reply got = api.finish(*waiting);
    EXPECT_EQ(id_of(got.json), datum);
    EXPECT_EQ(got.json["attempt"], 2);
    EXPECT_EQ(got.json["datum"]["pod_name"], "w2");
}

TEST(ApiReserve, the_end_of_a_job_ends_the_waiting_and_is_told)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string datum = id_of(api.reserve(job, "w1"));
    const Json ask = worker("w2", {{"node_name", "node"}, {"wait", 30}});
    const std::string path = "/jobs/" + job + "/reserve_next_datum";
    const auto waiting = api.begin(Method::post, path, ask);
    EXPECT_EQ(api.patch("/datums/" + datum, report("w1", done)).status, 200);
    const Reply got = api.finish(*waiting);
    EXPECT_TRUE(got.json.is_null());
    EXPECT_EQ(got.body, "null");
    EXPECT_EQ(got.header("Sluice-Job-Status"), "done");
}

TEST(ApiReserve, a_worker_may_ask_for_any_job)
{
    ApiFixture api;
    const Json ask = worker("w1", {{"node_name", "node"}});
    EXPECT_TRUE(api.post("/workers/reserve_next_datum", ask).json.is_null());
    const std::string job = api.create_job(1);
    const Reply got = api.post("/workers/reserve_next_datum", ask);
    EXPECT_EQ(got.json["datum"]["job_id"], job);
}

TEST(ApiReserve, all_that_wait_get_the_datums_that_come_back_together)
{
    ApiFixture api;
    const std::string job = api.create_job(5);
    for (int i = 0; i < 5; ++i)
        api.reserve(job, "old" + std::to_string(i));
    const std::string path = "/jobs/" + job + "/reserve_next_datum";
    std::vector<std::unique_ptr<PendingRequest>> waiting;
    for (int i = 0; i < 8; ++i) {
        const Json ask = worker("new" + std::to_string(i), {{"node_name", "node"}, {"wait", 30}});
        waiting.push_back(api.begin(Method::post, path, ask));
    }
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(api.post("/workers/leave", worker("old" + std::to_string(i))).status, 204);
    const auto answered = [&] {
        return std::ranges::count_if(waiting, [](const auto& each) { return each->is_over(); });
    };
    api.run_until([&] { return answered() == 5; });
    api.settle();
    EXPECT_EQ(answered(), 5);
    for (const auto& each : waiting)
        if (!each->is_over())
            api.break_off(*each);
}

TEST(ApiReserve, one_that_leaves_does_not_take_the_news_along)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string datum = id_of(api.reserve(job, "old"));
    const std::string path = "/jobs/" + job + "/reserve_next_datum";
    const Json first = worker("first", {{"node_name", "node"}, {"wait", 30}});
    const Json second = worker("second", {{"node_name", "node"}, {"wait", 30}});
    const auto leaves = api.begin(Method::post, path, first);
    const auto stays = api.begin(Method::post, path, second);
    api.break_off(*leaves);
    EXPECT_EQ(api.post("/datums/" + datum + "/give_back", worker("old")).status, 204);
    EXPECT_EQ(id_of(api.finish(*stays).json), datum);
}

TEST(ApiReserve, a_datum_for_a_worker_that_has_gone_goes_back)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string datum = id_of(api.reserve(job, "w1"));
    const Json ask = worker("w2", {{"node_name", "node"}, {"wait", 30}});
    const auto waiting = api.begin(Method::post, "/jobs/" + job + "/reserve_next_datum", ask);
    api.break_off(*waiting);
    EXPECT_EQ(api.post("/datums/" + datum + "/give_back", worker("w1")).status, 204);
    EXPECT_EQ(id_of(api.reserve(job, "w3")), datum);
}

TEST(ApiReserve, bodies_are_checked)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string path = "/jobs/" + job + "/reserve_next_datum";
    const Reply empty = api.post(path, Json::object());
    EXPECT_EQ(empty.status, 400);
    EXPECT_EQ(empty.json["details"].size(), 2u) << empty.body;
    EXPECT_EQ(api.post(path).status, 415);
    EXPECT_EQ(api.post(path, worker("w1", {{"node_name", "n"}, {"wait", -1}})).status, 400);
    EXPECT_EQ(
        api.post("/jobs/none/reserve_next_datum", worker("w1", {{"node_name", "n"}})).status, 404
    );
}

TEST(ApiHeartbeat, only_the_holder_may_send_it)
{
    ApiFixture api;
    const std::string job = api.create_job(2);
    const std::string datum = id_of(api.reserve(job, "w1"));
    const std::string path = "/datums/" + datum + "/heartbeat";
    EXPECT_EQ(api.post(path, worker("w1")).status, 200);
    EXPECT_EQ(api.post(path, worker("w1", {{"attempt", 1}})).status, 200);
    EXPECT_EQ(api.post(path, worker("w1", {{"attempt", 2}})).status, 403);
    EXPECT_EQ(api.post(path, worker("unknown")).status, 403);
    api.reserve(job, "w2");
    EXPECT_EQ(api.post(path, worker("w2")).status, 403);
    EXPECT_EQ(api.post("/datums/" + job + "/heartbeat", worker("w1")).status, 404);
    EXPECT_EQ(api.post(path, Json::object()).status, 400);
}

TEST(ApiHeartbeat, a_waiting_one_is_answered_at_once_when_the_datum_is_canceled)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string path = "/datums/" + id_of(api.reserve(job, "w1")) + "/heartbeat";
    const auto waiting = api.begin(Method::post, path, worker("w1", {{"wait", 30}}));
    EXPECT_FALSE(waiting->is_over());
    api.post("/jobs/" + job + "/cancel");
    EXPECT_EQ(api.finish(*waiting).status, 403);
}

std::vector<WorkerRow> workers(ApiFixture& api)
{
    auto look = [](Reads& reads) { return reads.workers(); };
    return await(api.loop, api.store->read(look)).value();
}

TEST(ApiHeartbeat, a_broken_connection_shortens_the_lease_until_the_next_call)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string path = "/datums/" + id_of(api.reserve(job, "w1")) + "/heartbeat";
    const auto left = [&] { return workers(api).at(0).until - api.engine->clock().now(); };
    const auto waiting = api.begin(Method::post, path, worker("w1", {{"wait", 30}}));
    EXPECT_GT(left(), 50s);
    api.break_off(*waiting);
    for (int i = 0; i < 100 && left() > 11s; ++i)
        api.settle();
    EXPECT_LE(left(), 10s);
    EXPECT_EQ(api.post(path, worker("w1")).status, 200);
    EXPECT_GT(left(), 50s);
}

TEST(ApiReport, a_done_datum_is_done_and_a_repeated_report_has_the_same_answer)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string path = "/datums/" + id_of(api.reserve(job, "w1"));
    const Reply first = api.patch(path, report("w1", done));
    ASSERT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(first.json["datum"]["status"], "done");
    EXPECT_EQ(first.json["datum"]["output"], "said");
    EXPECT_EQ(api.patch(path, report("w1", done)).json, first.json);
    EXPECT_EQ(api.patch(path, report("w1", failed)).status, 403);
    EXPECT_EQ(api.get("/jobs/" + job).json["job"]["status"], "done");
}

TEST(ApiReport, an_error_uses_up_a_try_and_may_be_reported_twice)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const Json reserved = api.reserve(job, "w1");
    const std::string path = "/datums/" + id_of(reserved);
    const Reply first = api.patch(path, report("w1", failed));
    ASSERT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(first.json["datum"]["status"], "ready");
    EXPECT_EQ(first.json["datum"]["error_message"], "exit 1");
    EXPECT_EQ(api.patch(path, report("w1", failed)).status, 200);

    EXPECT_EQ(api.reserve(job, "w2")["attempt"], 2);
    Json stale = report("w1", done);
    stale["attempt"] = 1;
    EXPECT_EQ(api.patch(path, stale).status, 403);
    const Reply last = api.patch(path, report("w2", failed));
    EXPECT_EQ(last.json["datum"]["status"], "error");
    EXPECT_EQ(last.json["datum"]["backtrace"], "main");
    EXPECT_EQ(api.get("/jobs/" + job).json["job"]["status"], "error");
}

TEST(ApiReport, others_and_nonsense_are_refused)
{
    ApiFixture api;
    const std::string job = api.create_job(2);
    const std::string path = "/datums/" + id_of(api.reserve(job, "w1"));
    api.reserve(job, "w2");
    EXPECT_EQ(api.patch(path, report("w2", done)).status, 403);
    EXPECT_EQ(api.patch(path, report("nobody", done)).status, 403);
    EXPECT_EQ(api.patch(path, report("w1", {{"status", "running"}})).status, 400);
    EXPECT_EQ(api.patch(path, worker("w1")).status, 400);
    EXPECT_EQ(api.patch("/datums/none", report("w1", done)).status, 404);
}

TEST(ApiReport, a_worker_that_leaves_gives_everything_back_without_a_try)
{
    ApiFixture api;
    const std::string job = api.create_job(2);
    api.reserve(job, "w1");
    api.reserve(job, "w1", {{"prefetch", true}});
    EXPECT_EQ(api.post("/workers/leave", worker("w1")).status, 204);
    EXPECT_EQ(api.post("/workers/leave", worker("w1")).status, 204);
    EXPECT_EQ(api.post("/workers/leave", worker("stranger")).status, 204);
    const Json datums = api.get("/jobs/" + job + "/datums").json["datums"];
    for (const Json& datum : datums) {
        EXPECT_EQ(datum["status"], "ready");
        EXPECT_EQ(datum["attempted_run_count"], 0) << datum;
    }
}

Json outputs(ApiFixture& api, std::initializer_list<const char*> names)
{
    Json files = Json::array();
    for (const char* name : names) {
        Json file = Json::object();
        file["uri"] = "file://" + api.directory / "out/" + name;
        files.push_back(file);
    }
    return Json{{"output_files", files}};
}

TEST(ApiOutputs, an_attempt_announces_one_set_and_uploads_it)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string path = "/datums/" + id_of(api.reserve(job, "w1")) + "/output_files";
    const Reply first = api.post(path, worker("w1", outputs(api, {"a.txt", "b%20c.txt"})));
    ASSERT_EQ(first.status, 200) << first.body;
    ASSERT_EQ(first.json["output_files"].size(), 2u);
    EXPECT_EQ(first.json["output_files"][0]["status"], "running");
    EXPECT_EQ(first.json["output_files"][1]["uri"], "file://" + api.directory / "out/b%20c.txt");
    EXPECT_EQ(api.post(path, worker("w1", outputs(api, {"b%20c.txt", "a.txt"}))).json, first.json);
    EXPECT_EQ(api.post(path, worker("w1", outputs(api, {"a.txt"}))).status, 403);
    EXPECT_EQ(api.post(path, worker("w2", outputs(api, {"a.txt"}))).status, 403);

    Json change = Json::object();
    change["output_files"] = Json::array();
    for (const Json& file : first.json["output_files"])
        change["output_files"].push_back(Json{{"id", file["id"]}, {"status", "done"}});
    EXPECT_EQ(api.patch(path, worker("w1", change)).status, 204);
    const Reply after = api.post(path, worker("w1", outputs(api, {"a.txt", "b%20c.txt"})));
    EXPECT_EQ(after.json["output_files"][0]["status"], "done");
    change["output_files"][0]["id"] = job;
    EXPECT_EQ(api.patch(path, worker("w1", change)).status, 404);
}

TEST(ApiOutputs, a_name_of_another_datum_is_a_conflict_that_names_it)
{
    ApiFixture api;
    const std::string job = api.create_job(2);
    const std::string first = id_of(api.reserve(job, "w1"));
    const std::string second = id_of(api.reserve(job, "w2"));
    const Json same = outputs(api, {"a.txt"});
    EXPECT_EQ(api.post("/datums/" + first + "/output_files", worker("w1", same)).status, 200);
    const Reply clash = api.post("/datums/" + second + "/output_files", worker("w2", same));
    EXPECT_EQ(clash.status, 409);
    EXPECT_NE(clash.error().find(first), std::string::npos) << clash.body;
}

TEST(ApiOutputs, files_elsewhere_are_refused_by_their_place)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string path = "/datums/" + id_of(api.reserve(job, "w1")) + "/output_files";
    Json body = worker("w1", outputs(api, {"a.txt"}));
    body["output_files"][0]["uri"] = "file:///etc/passwd";
    const Reply reply = api.post(path, body);
    EXPECT_EQ(reply.status, 400);
    const std::string detail = reply.json["details"][0];
    EXPECT_TRUE(detail.starts_with("output_files[0].uri: must be below")) << detail;
}

std::string records(std::string_view text, OutputStream stream = OutputStream::out)
{
    return format_log_chunks({{from_micros(1), stream, std::string(text)}});
}

TEST(ApiLogs, what_workers_send_is_what_users_read)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string path = "/datums/" + id_of(api.reserve(job, "w1")) + "/logs";
    const std::string query = "?pod_name=w1&attempt=1&offset=";
    const std::string one = records("one\n");
    const std::string two = records("t\xffwo\n", OutputStream::err);
    EXPECT_EQ(api.get(path).body, "");
    EXPECT_EQ(api.send_bytes(Method::post, path + query + "0", one).status, 200);
    EXPECT_EQ(api.send_bytes(Method::post, path + query + "0", one).status, 200); // again
    const std::string next = std::to_string(one.size());
    const Reply end = api.send_bytes(Method::post, path + query + next, two);
    EXPECT_EQ(end.json["offset"], one.size() + two.size());
    EXPECT_EQ(api.send_bytes(Method::post, path + query + "1000", one).status, 409);
    EXPECT_EQ(api.send_bytes(Method::post, path + query + "0", "nonsense").status, 400);
    const std::string stranger = path + "?pod_name=w2&attempt=1&offset=0";
    EXPECT_EQ(api.send_bytes(Method::post, stranger, one).status, 403);

    EXPECT_EQ(api.get(path).body, "one\nt\xffwo\n");
    EXPECT_EQ(api.get(path + "?stream=stdout").body, "one\n");
    EXPECT_EQ(api.get(path + "?stream=stderr&attempt=1").body, "t\xffwo\n");
    EXPECT_EQ(api.get(path + "?stream=stdlog").status, 400);
    EXPECT_EQ(api.get(path + "?attempt=2").status, 404);
    const std::string whole = api.get("/jobs/" + job + "/logs").body;
    EXPECT_TRUE(whole.starts_with("==> datum ")) << whole;
    EXPECT_TRUE(whole.ends_with("one\nt\xffwo\n")) << whole;
}

TEST(ApiLogs, a_piece_out_of_order_says_where_the_log_goes_on)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string path = "/datums/" + id_of(api.reserve(job, "w1")) + "/logs";
    const std::string query = path + "?pod_name=w1&attempt=1&offset=";
    const std::string one = records("one\n");
    EXPECT_EQ(api.send_bytes(Method::post, query + "0", one).status, 200);
    const Reply gap = api.send_bytes(Method::post, query + "1000", one);
    EXPECT_EQ(gap.status, 409);
    EXPECT_EQ(gap.json["offset"], one.size());
    EXPECT_NE(gap.error().find("1000"), std::string::npos) << gap.body;
}

TEST(ApiLogs, a_log_begins_anew_when_the_worker_has_another_one)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string path = "/datums/" + id_of(api.reserve(job, "w1")) + "/logs";
    const std::string query = path + "?pod_name=w1&attempt=1&offset=";
    const std::string old = records("what a server had\n");
    const std::string anew = records("all of it\n");
    EXPECT_EQ(api.send_bytes(Method::post, query + "0", old).status, 200);
    for (int times = 0; times < 2; ++times) { // the answer may be lost
        const Reply begun = api.send_bytes(Method::post, query + "0&restart=1", anew);
        EXPECT_EQ(begun.json["offset"], anew.size());
        EXPECT_EQ(api.get(path).body, "all of it\n");
    }
    EXPECT_EQ(api.send_bytes(Method::post, query + "5&restart=1", anew).status, 400);
}

TEST(ApiLogs, a_range_gives_a_part)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string path = "/datums/" + id_of(api.reserve(job, "w1")) + "/logs";
    api.send_bytes(Method::post, path + "?pod_name=w1&attempt=1&offset=0", records("0123456789"));
    struct Case {
        const char* range;
        int status;
        const char* body;
        const char* content_range;
    };
    for (const Case& each : std::initializer_list<Case>{
             {"bytes=2-4", 206, "234", "bytes 2-4/10"},
             {"bytes=8-", 206, "89", "bytes 8-9/10"},
             {"bytes=-3", 206, "789", "bytes 7-9/10"},
             {"bytes=-30", 206, "0123456789", "bytes 0-9/10"},
             {"bytes=5-50", 206, "56789", "bytes 5-9/10"},
             {"bytes=4-2", 200, "0123456789", ""},
             {"lines=1-2", 200, "0123456789", ""}}) {
        const Headers headers{{"Range", each.range}};
        const Reply reply = api.send(Method::get, path, nullptr, headers);
        EXPECT_EQ(reply.status, each.status) << each.range;
        EXPECT_EQ(reply.body, each.body) << each.range;
        EXPECT_EQ(reply.header("Content-Range"), each.content_range);
    }
    const Headers beyond{{"Range", "bytes=10-"}};
    const Reply none = api.send(Method::get, path, nullptr, beyond);
    EXPECT_EQ(none.status, 416);
    EXPECT_EQ(none.header("Content-Range"), "bytes */10");
}

TEST(ApiLogs, a_followed_log_streams_until_the_attempt_has_ended)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    const std::string datum = "/datums/" + id_of(api.reserve(job, "w1"));
    const std::string path = datum + "/logs";
    const auto following = api.begin(Method::get, path + "?follow=1", nullptr);
    const std::string one = records("one\n");
    api.send_bytes(Method::post, path + "?pod_name=w1&attempt=1&offset=0", one);
    EXPECT_FALSE(following->is_over());
    api.send_bytes(
        Method::post, path + "?pod_name=w1&attempt=1&offset=" + std::to_string(one.size()),
        records("two\n")
    );
    api.patch(datum, report("w1", done));
    EXPECT_EQ(api.finish(*following).body, "one\ntwo\n");
}

TEST(ApiServerStop, a_long_poll_is_answered_when_the_server_stops)
{
    ApiFixture api;
    const std::string job = api.create_job(1);
    api.reserve(job, "w1");
    const Json ask = worker("w2", {{"node_name", "node"}, {"wait", 30}});
    const auto waiting = api.begin(Method::post, "/jobs/" + job + "/reserve_next_datum", ask);
    await(api.loop, api.server->stop(10s));
    EXPECT_TRUE(api.finish(*waiting).json.is_null());
}

} // namespace

} // namespace sluice::workers_test
