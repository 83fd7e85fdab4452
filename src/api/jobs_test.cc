// SPDX-License-Identifier: Apache-2.0
#include "api/testing.h"

namespace sluice::jobs_test {

namespace {

using namespace testing;

Json job_body(Json spec)
{
    Json body = Json::object();
    body["job"] = std::move(spec);
    return body;
}

TEST(ApiJobs, a_job_is_created_and_found_by_id_and_by_name)
{
    ApiFixture api;
    const Reply made = api.post("/jobs", job_body(api.spec(3)));
    ASSERT_EQ(made.status, 201) << made.body;
    const Json& job = made.json["job"];
    const std::string id = job["id"];
    const std::string name = job["job_name"];
    EXPECT_EQ(made.header("Location"), "/jobs/" + id);
    EXPECT_EQ(made.header("Sluice-Protocol"), "1");
    EXPECT_EQ(made.header("X-Request-Id").size(), 16u);
    EXPECT_TRUE(name.starts_with("count-words-"));
    EXPECT_EQ(job["status"], "running");
    EXPECT_EQ(job["datums"]["total"], 3);
    EXPECT_EQ(job["datums"]["ready"], 3);
    EXPECT_EQ(job["command"], Json::array({"wc", "-w"}));
    EXPECT_EQ(job["pipeline_spec"], api.spec(3));
    EXPECT_EQ(api.get("/jobs/" + id).json["job"], job);
    EXPECT_EQ(api.get("/jobs/" + name).json["job"], job);
    EXPECT_EQ(api.get("/jobs?job_name=" + name).json["job"], job);
    EXPECT_EQ(read_job(job).value().counts.total, 3);
}

TEST(ApiJobs, unknown_jobs_are_404_with_the_name)
{
    ApiFixture api;
    for (const char* path :
         {"/jobs/nothing", "/jobs?job_name=nothing", "/jobs/nothing/describe",
          "/jobs/nothing/datums", "/jobs/nothing/why", "/jobs/nothing/logs",
          "/jobs/nothing/wait"}) {
        const Reply reply = api.get(path);
        EXPECT_EQ(reply.status, 404) << path;
        EXPECT_NE(reply.error().find("nothing"), std::string::npos) << reply.body;
    }
    for (const char* action : {"retry", "cancel", "pause", "resume"})
        EXPECT_EQ(api.post(std::string("/jobs/nothing/") + action).status, 404) << action;
    EXPECT_EQ(api.send(Method::delete_, "/jobs/nothing").status, 404);
    EXPECT_EQ(api.get("/jobs").status, 400);
}

TEST(ApiJobs, a_bad_specification_is_422_with_every_problem_and_its_path)
{
    ApiFixture api;
    Json spec = api.spec();
    spec["transform"]["cmd"] = Json::array();
    spec["parallelism_spec"]["constant"] = 0;
    spec["trnasform"] = 1;
    const Reply reply = api.post("/jobs", job_body(spec));
    EXPECT_EQ(reply.status, 422);
    ASSERT_EQ(reply.json["details"].size(), 3u) << reply.body;
    const std::string details = reply.json["details"].dump();
    EXPECT_NE(details.find("transform.cmd"), std::string::npos) << details;
    EXPECT_NE(details.find("parallelism_spec.constant"), std::string::npos) << details;
    EXPECT_NE(details.find("trnasform"), std::string::npos) << details;
    EXPECT_EQ(api.get("/jobs/list").json["jobs"].size(), 0u);
}

TEST(ApiJobs, a_body_that_is_no_json_is_refused)
{
    ApiFixture api;
    EXPECT_EQ(api.send_bytes(Method::post, "/jobs", "job: {}").status, 415);
    const Headers json{{"Content-Type", "application/json; charset=utf-8"}};
    const Reply broken = api.send_bytes(Method::post, "/jobs", "{\"job\":", json);
    EXPECT_EQ(broken.status, 400);
    EXPECT_EQ(broken.json["details"].size(), 1u);
    EXPECT_EQ(api.post("/jobs", Json::object()).status, 400);
    EXPECT_EQ(api.post("/jobs", Json::array()).status, 400);
}

TEST(ApiJobs, large_bodies_are_read_too)
{
    ApiFixture api;
    Json spec = api.spec();
    spec["description"] = std::string(200'000, 'x');
    EXPECT_EQ(api.post("/jobs", job_body(spec)).status, 201);
}

TEST(ApiJobs, an_idempotency_key_repeats_the_first_answer)
{
    ApiFixture api;
    const Headers key{{"Idempotency-Key", "abc"}};
    const Reply first = api.send(Method::post, "/jobs", job_body(api.spec()), key);
    const Reply again = api.send(Method::post, "/jobs", job_body(api.spec()), key);
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.json["job"]["id"], first.json["job"]["id"]);
    Json other = api.spec();
    other["description"] = "another one";
    EXPECT_EQ(api.send(Method::post, "/jobs", job_body(other), key).status, 409);
    EXPECT_EQ(api.get("/jobs/list").json["jobs"].size(), 1u);
}

TEST(ApiJobs, an_idempotency_key_is_looked_at_before_the_specification)
{
    ApiFixture api;
    const Headers key{{"Idempotency-Key", "abc"}};
    EXPECT_EQ(api.send(Method::post, "/jobs", job_body(api.spec()), key).status, 201);
    EXPECT_EQ(api.send(Method::post, "/jobs", job_body(Json::object()), key).status, 409);
    const Headers long_key{{"Idempotency-Key", std::string(256, 'x')}};
    const Reply refused = api.send(Method::post, "/jobs", job_body(api.spec()), long_key);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.error(), "Idempotency-Key: has 256 bytes, 1 to 255 are accepted");
}

TEST(ApiJobs, lists_are_newest_first_and_come_in_pages)
{
    ApiFixture api;
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i)
        ids.insert(ids.begin(), api.create_job());
    const Reply first = api.get("/jobs/list?limit=2&status=running&name=words");
    ASSERT_EQ(first.json["jobs"].size(), 2u);
    EXPECT_EQ(first.json["jobs"][0]["id"], ids[0]);
    EXPECT_EQ(first.json["jobs"][1]["id"], ids[1]);
    const std::string link = first.header("Link");
    ASSERT_TRUE(link.ends_with(">; rel=\"next\"")) << link;
    const Reply second = api.get(link.substr(1, link.find('>') - 1));
    ASSERT_EQ(second.json["jobs"].size(), 1u) << link;
    EXPECT_EQ(second.json["jobs"][0]["id"], ids[2]);
    EXPECT_EQ(second.header("Link"), "");
    EXPECT_EQ(api.get("/jobs/list?name=other").json["jobs"].size(), 0u);
    EXPECT_EQ(api.get("/jobs/list?status=done").json["jobs"].size(), 0u);
}

TEST(ApiJobs, bad_query_values_are_named)
{
    ApiFixture api;
    const std::string job = api.create_job();
    for (const std::string& path :
         {std::string("/jobs/list?status=idle"), std::string("/jobs/list?limit=0"),
          std::string("/jobs/list?limit=many"), "/jobs/" + job + "/datums?status=idle",
          "/jobs/" + job + "/datums?limit=1001", "/jobs/" + job + "/wait?timeout=-1"}) {
        const Reply reply = api.get(path);
        EXPECT_EQ(reply.status, 400) << path;
        EXPECT_TRUE(reply.error().starts_with("query parameter ")) << reply.body;
    }
    EXPECT_EQ(api.get("/jobs/list?unknown=1").status, 200);
}

TEST(ApiJobs, datums_have_their_order_and_come_in_pages)
{
    ApiFixture api;
    const std::string job = api.create_job(3);
    const Reply first = api.get("/jobs/" + job + "/datums?limit=2");
    ASSERT_EQ(first.json["datums"].size(), 2u);
    EXPECT_EQ(first.json["datums"][0]["status"], "ready");
    EXPECT_EQ(first.json["datums"][0]["job_id"], job);
    const std::string link = first.header("Link");
    const Reply second = api.get(link.substr(1, link.find('>') - 1));
    ASSERT_EQ(second.json["datums"].size(), 1u) << link;

    const std::string datum = second.json["datums"][0]["id"];
    const Reply described = api.get("/datums/" + datum + "/describe");
    ASSERT_EQ(described.json["input_files"].size(), 1u);
    EXPECT_EQ(described.json["input_files"][0]["local_path"], "/pfs/texts/2.txt");
    EXPECT_EQ(described.json["input_files"][0]["uri"], "file://" + api.directory / "in/2.txt");
    EXPECT_FALSE(api.get("/datums/" + datum + "/why").json["why"].get<std::string>().empty());
    EXPECT_EQ(api.get("/datums/" + job + "/describe").status, 404);
    EXPECT_EQ(api.get("/datums/x/why").status, 404);
}

TEST(ApiJobs, a_cancel_is_final_at_once_and_allows_retry_and_removal)
{
    ApiFixture api;
    const std::string job = api.create_job(2);
    EXPECT_EQ(api.post("/jobs/" + job + "/retry").status, 409);
    EXPECT_EQ(api.send(Method::delete_, "/jobs/" + job).status, 409);
    const Reply canceled = api.post("/jobs/" + job + "/cancel");
    EXPECT_EQ(canceled.status, 200);
    EXPECT_EQ(canceled.json["job"]["status"], "canceled");
    EXPECT_FALSE(canceled.json["job"]["finished_at"].is_null());

    const Reply bad = api.post("/jobs/" + job + "/retry", Json{{"set", 1}});
    EXPECT_EQ(bad.status, 400);
    Json set = Json::object();
    set["set"] = Json::array({"datum_tries=0"});
    EXPECT_EQ(api.post("/jobs/" + job + "/retry", set).status, 422);
    set["set"] = Json::array({"datum_tries=5"});
    const Reply retried = api.post("/jobs/" + job + "/retry", set);
    ASSERT_EQ(retried.status, 201) << retried.body;
    EXPECT_EQ(retried.json["job"]["retry_of"], job);
    EXPECT_EQ(retried.json["job"]["datums"]["total"], 2);
    EXPECT_EQ(retried.json["job"]["pipeline_spec"]["datum_tries"], 5);

    EXPECT_EQ(api.send(Method::delete_, "/jobs/" + job).status, 204);
    EXPECT_EQ(api.get("/jobs/" + job).status, 404);
}

TEST(ApiJobs, a_paused_job_says_so_and_goes_on)
{
    ApiFixture api;
    const std::string job = api.create_job();
    EXPECT_EQ(api.post("/jobs/" + job + "/pause").json["job"]["paused"], true);
    EXPECT_TRUE(api.reserve(job, "w1").is_null());
    EXPECT_EQ(api.post("/jobs/" + job + "/resume").json["job"]["paused"], false);
    EXPECT_FALSE(api.reserve(job, "w1").is_null());
}

TEST(ApiJobs, descriptions_count_by_status)
{
    ApiFixture api;
    const std::string job = api.create_job(2);
    const Json held = api.reserve(job, "w1");
    const Reply described = api.get("/jobs/" + job + "/describe");
    ASSERT_EQ(described.json["running_datums"].size(), 1u) << described.body;
    EXPECT_EQ(described.json["running_datums"][0]["pod_name"], "w1");
    EXPECT_EQ(described.json["running_datums"][0]["node_name"], "node");
    const JobDescription read = read_job_description(described.json).value();
    std::int64_t running = 0;
    for (const StatusCount& count : read.datum_status_counts)
        if (count.status == DatumStatus::running)
            running = count.count;
    EXPECT_EQ(running, 1);
    EXPECT_FALSE(api.get("/jobs/" + job + "/why").json["why"].get<std::string>().empty());
}

TEST(ApiJobs, who_waits_for_a_job_is_woken_by_its_end)
{
    ApiFixture api;
    const std::string job = api.create_job();
    const Reply at_once = api.get("/jobs/" + job + "/wait?timeout=0");
    EXPECT_EQ(at_once.json["job"]["status"], "running");
    const auto waiting = api.begin(Method::get, "/jobs/" + job + "/wait?timeout=30", nullptr);
    EXPECT_FALSE(waiting->is_over());
    api.post("/jobs/" + job + "/cancel");
    EXPECT_EQ(api.finish(*waiting).json["job"]["status"], "canceled");
}

TEST(ApiJobs, a_wrong_method_is_405_and_an_unknown_path_404_in_json)
{
    ApiFixture api;
    const Reply wrong = api.send(Method::put, "/jobs/list");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_NE(wrong.header("Allow").find("GET"), std::string::npos);
    EXPECT_FALSE(wrong.error().empty());
    const Reply unknown = api.get("/job");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_FALSE(unknown.error().empty());
}

TEST(ApiHealth, the_open_routes_say_how_the_server_is)
{
    ApiFixture api;
    const Json health = api.get("/health").json;
    EXPECT_EQ(health["status"], "ok");
    EXPECT_EQ(health["database"], "healthy");
    EXPECT_EQ(health["pool_size"], 1) << "reads and writes of a database in memory take turns";
    EXPECT_GE(health["pool_idle"], 0);
    EXPECT_LE(health["pool_idle"], 1);
    EXPECT_EQ(api.get("/ready").json["status"], "ready");
    EXPECT_EQ(
        api.get("/version").json, (Json{{"name", "sluice"}, {"version", "test"}, {"protocol", "1"}})
    );
    EXPECT_EQ(api.get("/api-docs/openapi.json").body, api.get("/openapi.json").body);
}

TEST(ApiHealth, a_server_whose_kubernetes_is_away_is_ready_and_says_so)
{
    ApiFixture api;
    std::string trouble = "may not watch pods in namespace 'x'";
    api.jobs->run_on_cluster({"x", [&trouble] { return trouble; }});
    Reply ready = api.get("/ready");
    EXPECT_EQ(ready.status, 200);
    EXPECT_EQ(ready.json["status"], "ready");
    EXPECT_EQ(ready.json["trouble"], "Kubernetes cannot be reached: " + trouble);
    trouble.clear();
    ready = api.get("/ready");
    EXPECT_EQ(ready.json, (Json{{"status", "ready"}}));
}

TEST(ApiHealth, a_draining_server_is_not_ready_and_still_serves)
{
    ApiFixture api;
    api.server->drain();
    const Reply ready = api.get("/ready");
    EXPECT_EQ(ready.status, 503);
    EXPECT_EQ(ready.json["status"], "not_ready");
    EXPECT_EQ(ready.json["reason"], "the server is stopping");
    EXPECT_EQ(api.get("/health").status, 200);
    EXPECT_EQ(api.get("/task").status, 200);
}

TEST(ApiHealth, a_server_that_will_stop_is_not_ready_and_still_serves)
{
    ApiFixture api;
    EXPECT_EQ(api.send(Method::post, "/drain").status, 204);
    EXPECT_EQ(api.send(Method::post, "/drain").status, 204);
    EXPECT_EQ(api.get("/ready").status, 503);
    EXPECT_EQ(api.get("/health").status, 200);
    EXPECT_EQ(api.get("/task").status, 200);
}

} // namespace

} // namespace sluice::jobs_test
