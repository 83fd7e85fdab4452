// SPDX-License-Identifier: Apache-2.0
#include "api/log_peers.h"

#include "api/testing.h"
#include "api/wire_worker.h"
#include "net/server_fixture.h"

#include <fmt/format.h>

namespace sluice::log_peers_test {

namespace {

using namespace testing;

const std::string longer = format_log_chunks(
    {{from_micros(1), OutputStream::out, "one\n"}, {from_micros(2), OutputStream::out, "two\n"}}
);
const std::string shorter = format_log_chunks({{from_micros(1), OutputStream::out, "one\n"}});

// A server of its own, and another one of which the database knows.
class ApiLogPeers : public ::testing::Test {
protected:
    ApiLogPeers()
    {
        RegisterWorker peer;
        peer.name = "another server";
        peer.kind = RegisterWorker::Kind::remote;
        peer.address = fixture.url("");
        await(api.loop, api.store->register_worker(std::move(peer))).value();
    }

    static ApiServer::Options options()
    {
        ApiServer::Options options;
        options.key_cache = 0ms;
        options.advertise_url = "http://own.example:8085";
        return options;
    }

    // What the other server has of every log.
    Async<Response> answer(const Request& request)
    {
        ++asked;
        authorization = request.headers.find("Authorization").value_or("");
        const bool wants_bytes = request.query_field("bytes") != "0";
        const bool from_begin = request.query_field("offset") == "0";
        Response response;
        response.content_type = "application/octet-stream";
        if (wants_bytes && from_begin)
            response.body = theirs;
        const std::size_t next = wants_bytes ? theirs.size() : 0;
        response.headers.add(log_next_header, std::to_string(next));
        response.headers.add(log_end_header, std::to_string(theirs.size()));
        response.headers.add(log_complete_header, "false");
        co_return response;
    }

    Router router()
    {
        Route route;
        route.pattern = "/datums/{id}/log_records";
        route.handle = [this](const Request& request) { return answer(request); };
        Router router;
        router.add(std::move(route));
        return router;
    }

    int send(const std::string& bytes)
    {
        const std::string path = fmt::format("{}/logs?pod_name=w1&attempt=1&offset=0", datum);
        return api.send_bytes(Method::post, path, bytes).status;
    }

    std::string theirs;
    std::string authorization;
    int asked = 0;
    ApiFixture api{options()};
    ServerFixture fixture{api.loop, router()};
    const std::string job = api.create_job(1);
    const std::string id = api.reserve(job, "w1")["datum"]["id"];
    const std::string datum = "/datums/" + id;
};

TEST_F(ApiLogPeers, a_log_that_lies_elsewhere_is_read_there)
{
    theirs = longer;
    EXPECT_EQ(send(shorter), 200);
    EXPECT_EQ(api.get(datum + "/logs").body, "one\ntwo\n");
    const Headers part{{"Range", "bytes=4-"}};
    EXPECT_EQ(api.send(Method::get, datum + "/logs", nullptr, part).body, "two\n");
    EXPECT_TRUE(api.get("/jobs/" + job + "/logs").body.ends_with("one\ntwo\n"));
}

TEST_F(ApiLogPeers, the_copy_that_goes_furthest_is_read)
{
    theirs = shorter;
    EXPECT_EQ(send(longer), 200);
    EXPECT_EQ(api.get(datum + "/logs").body, "one\ntwo\n");
}

TEST_F(ApiLogPeers, a_peers_question_is_not_passed_on)
{
    theirs = longer;
    EXPECT_EQ(send(shorter), 200);
    const Reply reply = api.get(datum + "/log_records?attempt=1");
    EXPECT_EQ(reply.body, shorter);
    EXPECT_EQ(reply.header(log_next_header), std::to_string(shorter.size()));
    EXPECT_EQ(reply.header(log_end_header), std::to_string(shorter.size()));
    EXPECT_EQ(reply.header(log_complete_header), "false");
    EXPECT_EQ(asked, 0);
    const Reply end = api.get(datum + "/log_records?attempt=1&bytes=0");
    EXPECT_EQ(end.body, "");
    EXPECT_EQ(end.header(log_end_header), std::to_string(shorter.size()));
}

TEST_F(ApiLogPeers, a_peer_is_asked_with_a_token_that_is_good_for_that_log_alone)
{
    api.get(datum + "/logs");
    ASSERT_TRUE(authorization.starts_with("Bearer "));
    const std::string token = authorization.substr(7);
    EXPECT_TRUE(is_peer_token(token, api.store->handle_secret(), id));
    EXPECT_FALSE(is_peer_token(token, api.store->handle_secret(), job));

    api.api_key("k", KeyRole::read); // from now on the server is closed
    const Headers peer{{"Authorization", "Bearer " + token}};
    EXPECT_EQ(api.get(datum + "/log_records").status, 401);
    EXPECT_EQ(api.send(Method::get, datum + "/log_records", nullptr, peer).status, 200);
    EXPECT_EQ(api.send(Method::get, datum + "/logs", nullptr, peer).status, 401);
    EXPECT_EQ(api.send(Method::get, "/datums/none/log_records", nullptr, peer).status, 401);
}

TEST_F(ApiLogPeers, a_peer_that_does_not_answer_holds_no_log_back)
{
    EXPECT_EQ(send(shorter), 200);
    RegisterWorker dead;
    dead.name = "a dead server";
    dead.kind = RegisterWorker::Kind::remote;
    dead.address = "http://127.0.0.1:1";
    await(api.loop, api.store->register_worker(std::move(dead))).value();
    EXPECT_EQ(api.get(datum + "/logs").body, "one\n");
}

TEST_F(ApiLogPeers, a_log_is_completed_by_the_server_that_has_most_of_it)
{
    theirs = longer;
    EXPECT_EQ(send(shorter), 200);
    const Json report{{"pod_name", "w1"}, {"datum", {{"status", "done"}, {"output", ""}}}};
    EXPECT_EQ(api.patch(datum, report).status, 200);
    api.run_until([&] { return asked > 0; });
    api.settle();
    const std::string records = datum + "/log_records?attempt=1";
    EXPECT_EQ(api.get(records).header(log_complete_header), "false");
}

TEST(ApiLogArchive, a_finished_log_goes_there_and_is_read_from_there)
{
    ApiFixture api({}, nullptr, ApiFixture::LogStore::folder);
    const std::string job = api.create_job(1);
    const std::string id = api.reserve(job, "w1")["datum"]["id"];
    const std::string datum = "/datums/" + id;
    const std::string piece = datum + "/logs?pod_name=w1&attempt=1&offset=0";
    EXPECT_EQ(api.send_bytes(Method::post, piece, longer).status, 200);
    const std::string kept = api.directory / "kept-logs/" + job + "/" + id + ".1.log";
    EXPECT_FALSE(std::filesystem::exists(kept));
    const Json report{{"pod_name", "w1"}, {"datum", {{"status", "done"}, {"output", ""}}}};
    EXPECT_EQ(api.patch(datum, report).status, 200);
    for (int i = 0; i < 1000 && !std::filesystem::exists(kept); ++i)
        api.settle();
    ASSERT_TRUE(std::filesystem::exists(kept));

    std::filesystem::remove_all(api.directory / "logs");
    EXPECT_EQ(api.get(datum + "/logs").body, "one\ntwo\n");
    EXPECT_EQ(api.send(Method::delete_, "/jobs/" + job).status, 204);
    EXPECT_FALSE(std::filesystem::exists(kept));
}

} // namespace

} // namespace sluice::log_peers_test
