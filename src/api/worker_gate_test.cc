// SPDX-License-Identifier: Apache-2.0
#include "api/worker_gate.h"

#include "api/auth.h"
#include "api/testing.h"
#include "api/wire_worker.h"
#include "api/worker_token.h"
#include "base/text.h"

namespace sluice::worker_gate_test {

namespace {

using namespace testing;

// A server that asks for keys, with a job and the token of its workers.
class WorkerTokens : public ::testing::Test {
protected:
    Headers with(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

    std::string token_of(const std::string& job)
    {
        return make_worker_token(api.store->handle_secret(), job);
    }

    Reply post(const std::string& token, const std::string& path, Json body)
    {
        return api.send(Method::post, path, std::move(body), with(token));
    }

    static Json pod(const std::string& name, Json extra = Json::object())
    {
        Json body{{"node_name", "node"}, {"pod_name", name}};
        body.update(extra);
        return body;
    }

    // The path of the datum that this pod reserves.
    std::string reserve(const std::string& token, const std::string& job, const std::string& name)
    {
        const Reply reply = post(token, "/jobs/" + job + "/reserve_next_datum", pod(name));
        EXPECT_EQ(reply.status, 200) << reply.body;
        return "/datums/" + reply.json["datum"]["id"].get<std::string>();
    }

    static ApiServer::Options options()
    {
        ApiServer::Options options;
        options.key_cache = 0ms;
        return options;
    }

    ApiFixture api{options()};
    const std::string job = api.create_job(2);
    const std::string other = api.create_job(1);
    const std::string key = api.api_key("admin", KeyRole::admin); // from now on it is closed
    const std::string token = token_of(job);
    const Json done{{"status", "done"}, {"output", ""}};
};

TEST_F(WorkerTokens, a_worker_may_do_what_workers_do_for_its_job)
{
    const std::string datum = reserve(token, job, "w1");
    EXPECT_EQ(api.send(Method::get, "/jobs/" + job, nullptr, with(token)).status, 200);
    EXPECT_EQ(post(token, datum + "/heartbeat", pod("w1")).status, 200);
    const Json file{{"uri", "file://" + api.directory / "out/a"}};
    const Json files = pod("w1", {{"output_files", Json::array({file})}});
    EXPECT_EQ(post(token, datum + "/output_files", files).status, 200);
    EXPECT_EQ(post(token, datum + "/upload_leave", pod("w1")).status, 200);
    const std::string records = format_log_chunks({{from_micros(1), OutputStream::out, "x"}});
    const std::string piece = datum + "/logs?pod_name=w1&attempt=1&offset=0";
    EXPECT_EQ(api.send_bytes(Method::post, piece, records, with(token)).status, 200);
    const Json report = pod("w1", {{"datum", done}});
    EXPECT_EQ(api.send(Method::patch, datum, report, with(token)).status, 200);
    EXPECT_EQ(post(token, reserve(token, job, "w1") + "/give_back", pod("w1")).status, 204);
    EXPECT_EQ(post(token, "/workers/leave", pod("w1")).status, 204);
}

TEST_F(WorkerTokens, another_jobs_datum_is_403)
{
    const std::string datum = reserve(token_of(other), other, "w2");
    EXPECT_EQ(post(token, datum + "/heartbeat", pod("w2")).status, 403);
    EXPECT_EQ(post(token, datum + "/give_back", pod("w2")).status, 403);
    EXPECT_EQ(post(token, "/jobs/" + other + "/reserve_next_datum", pod("w1")).status, 403);
    EXPECT_EQ(api.send(Method::get, "/jobs/" + other, nullptr, with(token)).status, 403);
    EXPECT_EQ(post(token, "/datums/none/heartbeat", pod("w1")).status, 404);
}

TEST_F(WorkerTokens, a_worker_of_another_job_is_not_sent_away)
{
    const std::string datum = reserve(token_of(other), other, "w2");
    EXPECT_EQ(post(token, "/workers/leave", pod("w2")).status, 204);
    EXPECT_EQ(post(token_of(other), datum + "/heartbeat", pod("w2")).status, 200);
}

TEST_F(WorkerTokens, a_token_ends_with_its_job)
{
    const std::string datum = reserve(token, job, "w1");
    const std::string cancel = "/jobs/" + job + "/cancel";
    EXPECT_EQ(api.send(Method::post, cancel, nullptr, with(key)).status, 200);
    EXPECT_EQ(api.send(Method::get, "/jobs/" + job, nullptr, with(token)).status, 401);
    EXPECT_EQ(post(token, datum + "/heartbeat", pod("w1")).status, 401);
    EXPECT_EQ(post(token, datum + "/upload_leave", pod("w1")).status, 401);

    // How a worker learns of it, and ends what it was doing.
    const Reply last = post(token, "/jobs/" + job + "/reserve_next_datum", pod("w1"));
    EXPECT_TRUE(last.json.is_null());
    EXPECT_EQ(last.header("Sluice-Job-Status"), "canceled");
    EXPECT_EQ(post(token, "/workers/leave", pod("w1")).status, 204);

    EXPECT_EQ(api.send(Method::delete_, "/jobs/" + job, nullptr, with(key)).status, 204);
    EXPECT_EQ(post(token, "/jobs/" + job + "/reserve_next_datum", pod("w1")).status, 401);
}

TEST_F(WorkerTokens, a_token_is_no_key)
{
    int opened = 0;
    for (const Route* route : api.server->router().routes()) {
        if (route->access == Access::open)
            continue;
        std::string path;
        for (const std::string& segment : split(route->pattern.substr(1), '/'))
            path += "/" + (segment.starts_with('{') ? "none" : segment);
        const int status = api.send(route->method, path, nullptr, with(token)).status;
        EXPECT_NE(status, 401) << route->pattern;
        if (WorkerGate::is_worker_route(route->method, route->pattern))
            ++opened;
        else
            EXPECT_EQ(status, 403) << name(route->method) << " " << route->pattern;
    }
    EXPECT_EQ(opened, 10);
}

TEST_F(WorkerTokens, made_up_ones_are_refused)
{
    const std::string path = "/jobs/" + job + "/reserve_next_datum";
    EXPECT_EQ(post(make_worker_token("guessed", job), path, pod("w1")).status, 401);
    const std::string none = "019a9f3c-5b1e-7000-8000-00000a1b2c3d";
    EXPECT_EQ(post(token_of(none), path, pod("w1")).status, 401);
}

} // namespace

} // namespace sluice::worker_gate_test
