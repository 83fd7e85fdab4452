// SPDX-License-Identifier: Apache-2.0
#include "sdk/http_pool.h"

#include "sdk/testing.h"

#include <gtest/gtest.h>

namespace sluice::client::http_pool_test {

namespace {

using namespace std::chrono_literals;
using namespace testing;

struct Fixture : ::testing::Test {
    Reply send(Request request, std::chrono::milliseconds timeout = 30s)
    {
        return pool.perform(request, {server.url() + request.path, {}, timeout, ""});
    }

    bool was_sent(const Reply& reply) { return std::get<NoAnswer>(reply).was_sent; }

    ScriptedServer server;
    HttpPool pool;
    const Request put{.method = "PUT", .path = "/a", .body = "{}"};
};

using HttpPoolTest = Fixture;

TEST_F(HttpPoolTest, gives_status_headers_and_body)
{
    server.answers({{.status = 418, .body = "tea", .headers = {{"X-Kind", " a: b "}}}});
    const Reply reply = send({.method = "GET", .path = "/a"});
    const Answer& answer = std::get<Answer>(reply);
    EXPECT_EQ(answer.status, 418);
    EXPECT_EQ(answer.body, "tea");
    EXPECT_EQ(answer.header("x-kind"), "a: b");
    EXPECT_EQ(answer.header("x-other"), "");
}

TEST_F(HttpPoolTest, uses_a_connection_again)
{
    for (int i = 0; i < 3; ++i)
        send(put);
    EXPECT_EQ(server.connections(), 1u);
}

TEST_F(HttpPoolTest, never_sends_twice_by_itself)
{
    server.answers({{}, breaks_off, {}});
    send(put);
    const Reply reply = send(put); // on the connection that was kept open
    EXPECT_TRUE(was_sent(reply));
    EXPECT_EQ(server.sent().size(), 2u);
    EXPECT_EQ(std::get<Answer>(send(put)).status, 200);
}

TEST_F(HttpPoolTest, knows_that_nothing_was_sent_to_a_port_where_nobody_listens)
{
    std::string url;
    {
        const ScriptedServer gone;
        url = gone.url();
    }
    EXPECT_FALSE(was_sent(pool.perform(put, {url, {}, 30s, ""})));
}

TEST_F(HttpPoolTest, may_have_sent_what_is_not_answered_in_time)
{
    server.answers({keeps_silent});
    EXPECT_TRUE(was_sent(send(put, 100ms)));
}

TEST_F(HttpPoolTest, leaves_nothing_of_a_request_to_the_next)
{
    send({.method = "POST", .path = "/a", .body = "{}", .headers = {{"X-A", "1"}}});
    send({.method = "GET", .path = "/b"});
    send({.method = "DELETE", .path = "/c"});
    const std::vector<Sent> sent = server.sent();
    EXPECT_EQ(sent[0].header("x-a"), "1");
    EXPECT_EQ(sent[1].line, "GET /b");
    EXPECT_EQ(sent[1].header("x-a") + sent[1].header("content-type") + sent[1].body, "");
    EXPECT_EQ(sent[2].line, "DELETE /c");
    EXPECT_EQ(sent[2].header("content-length") + sent[2].header("content-type"), "0");
}

TEST_F(HttpPoolTest, follows_no_redirect)
{
    server.answers({{.status = 302, .headers = {{"Location", server.url() + "/b"}}}, {}});
    EXPECT_EQ(std::get<Answer>(send({.method = "GET", .path = "/a"})).status, 302);
}

} // namespace

} // namespace sluice::client::http_pool_test
