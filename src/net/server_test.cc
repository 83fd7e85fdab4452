// SPDX-License-Identifier: Apache-2.0
#include "net/server.h"

#include "async/task_scope.h"
#include "net/credentials.h"
#include "net/server_fixture.h"

namespace sluice::server_test {

namespace {

using namespace testing;

Async<Response> echo(const Request& request)
{
    Json fields = Json::object();
    for (const Field& field : request.path_fields)
        fields[field.name] = field.value;
    co_return json_response(
        200, {{"method", name(request.method)},
              {"fields", fields},
              {"body", request.body},
              {"remote", request.remote},
              {"id", request.id}}
    );
}

Async<Response> say_who(const Request& request)
{
    co_return json_response(200, std::any_cast<std::string>(request.identity));
}

Async<Response> throw_a_bug(const Request&)
{
    throw std::logic_error("a secret detail");
    co_return Response{};
}

Async<Response> nothing_to_say(const Request&)
{
    Response response;
    response.status = 204;
    response.headers.add("X-Note", "one\r\nX-Forged: two");
    co_return response;
}

Async<Response> only_json(const Request& request)
{
    std::optional<Response> refusal = require_json(request);
    if (refusal)
        co_return std::move(*refusal);
    Response response = co_await echo(request);
    co_return response;
}

Router routes()
{
    const auto open = Access::open;
    Router router;
    router.add({.method = Method::get, .pattern = "/", .access = open, .handle = echo});
    router.add({.method = Method::get, .pattern = "/jobs/list", .access = open, .handle = echo});
    router.add({.method = Method::get, .pattern = "/jobs/{id}", .access = open, .handle = echo});
    router.add({.method = Method::delete_, .pattern = "/jobs/{id}", .access = open, .handle = echo}
    );
    router.add({.method = Method::post, .pattern = "/jobs", .access = open, .handle = echo});
    router.add({.method = Method::post, .pattern = "/json", .access = open, .handle = only_json});
    router.add({.method = Method::get, .pattern = "/bug", .access = open, .handle = throw_a_bug});
    router.add({.method = Method::get, .pattern = "/204", .access = open, .handle = nothing_to_say}
    );
    router.add({.method = Method::get, .pattern = "/who", .handle = say_who});
    router.add({.method = Method::post, .pattern = "/who", .handle = say_who});
    return router;
}

Async<std::optional<Response>> require_key(Request& request, const Route&)
{
    std::optional<Response> refusal;
    const auto header = request.headers.find("Authorization");
    const Result<std::string> secret = parse_credentials(header.value_or(""));
    if (secret && *secret == "bug")
        throw std::logic_error("no such key");
    if (secret && *secret == "key-1")
        request.identity = std::string("owner of key-1");
    else
        refusal = error_response(401, "an API key is needed");
    co_return refusal;
}

std::string get(std::string_view target, std::string_view more = "")
{
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view more = "")
{
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(more) + "\r\n" + std::string(body);
}

Json json_of(std::string_view response)
{
    return parse_json(body_of(response)).value();
}

} // namespace

TEST(Server, answers_a_request_with_length_type_date_and_request_id)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    const std::string response = client.ask(get("/jobs/a%2Fb", "X-Request-Id: call-7\r\n"));

    EXPECT_EQ(status_of(response), 200);
    EXPECT_TRUE(has_header(response, "Content-Type: application/json"));
    EXPECT_TRUE(has_header(response, "X-Request-Id: call-7"));
    EXPECT_NE(response.find(" GMT\r\n"), std::string::npos);
    EXPECT_EQ(response.find("\r\nServer:"), std::string::npos);
    EXPECT_EQ(json_of(response)["fields"]["id"], "a/b");
    EXPECT_EQ(json_of(response)["remote"], "127.0.0.1");
}

TEST(Server, makes_a_request_id_when_the_given_one_is_not_plain)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    const std::string response = client.ask(get("/", "X-Request-Id: <script>\r\n"));

    EXPECT_EQ(response.find("<script>"), std::string::npos);
    EXPECT_EQ(json_of(response)["id"].get<std::string>().size(), 16u);
}

TEST(Server, serves_many_requests_on_one_connection)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(json_of(client.ask(post("/jobs", std::to_string(i))))["body"], std::to_string(i));
}

TEST(Server, answers_pipelined_requests_in_order)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    client.send(get("/jobs/1") + post("/jobs", "two") + "\r\n" + get("/nowhere") + get("/jobs/4"));

    EXPECT_EQ(json_of(client.receive())["fields"]["id"], "1");
    EXPECT_EQ(json_of(client.receive())["body"], "two");
    EXPECT_EQ(status_of(client.receive()), 404);
    EXPECT_EQ(json_of(client.receive())["fields"]["id"], "4");
}

TEST(Server, reads_a_request_that_comes_byte_by_byte)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);
    const std::string request = post("/jobs", "body");

    for (const char& byte : request) {
        client.send({&byte, 1});
        f.loop.poll();
    }

    EXPECT_EQ(json_of(client.receive())["body"], "body");
}

TEST(Server, reads_a_chunked_body_and_ignores_trailers)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    const std::string response =
        client.ask("POST /jobs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\nAuthorization: late\r\n\r\n");

    EXPECT_EQ(json_of(response)["body"], "abcdefgh");
    EXPECT_EQ(status_of(client.ask(get("/"))), 200);
}

TEST(Server, answers_head_like_get_but_without_the_body)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    client.send("HEAD /jobs/7 HTTP/1.1\r\nHost: a\r\n\r\n");
    const std::string head = client.receive_until("\r\n\r\n");

    EXPECT_EQ(status_of(head), 200);
    EXPECT_EQ(head.find("Content-Length: 0"), std::string::npos);
    EXPECT_EQ(status_of(client.ask(get("/"))), 200);
}

TEST(Server, keeps_an_http_1_0_connection_only_when_asked)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient keeper(f);
    RawClient closer(f);

    const std::string kept = keeper.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(has_header(kept, "Connection: keep-alive"));
    EXPECT_EQ(status_of(keeper.ask("GET / HTTP/1.0\r\n\r\n")), 200);
    EXPECT_EQ(keeper.receive_all(), "");

    closer.send(get("/", "Connection: close\r\n"));
    EXPECT_TRUE(has_header(closer.receive_all(), "Connection: close"));
}

TEST(Server, says_continue_before_it_reads_the_body)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    client.send("POST /jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");

    EXPECT_EQ(json_of(client.ask("body"))["body"], "body");
}

TEST(Server, refuses_before_it_says_continue)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    const std::string response = client.ask("POST /nowhere HTTP/1.1\r\nHost: a\r\n"
                                            "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");

    EXPECT_EQ(status_of(response), 404);
    EXPECT_TRUE(has_header(response, "Connection: close"));
}

TEST(Server, answers_unknown_expectations_with_417)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    EXPECT_EQ(status_of(client.ask(post("/jobs", "x", "Expect: a-miracle\r\n"))), 417);
}

TEST(Server, answers_an_unknown_path_with_404_and_its_name)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    const std::string response = client.ask(get("/nowhere?key=secret"));

    EXPECT_EQ(status_of(response), 404);
    EXPECT_EQ(error_of(response), "no such path: '/nowhere'");
}

TEST(Server, answers_a_wrong_method_with_405_and_those_that_are_accepted)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    const std::string response = client.ask(post("/jobs/7", "x"));

    EXPECT_EQ(status_of(response), 405);
    EXPECT_TRUE(has_header(response, "Allow: GET, HEAD, DELETE"));
    EXPECT_EQ(error_of(response), "method 'POST' on this path: GET, HEAD, DELETE is accepted");
    EXPECT_EQ(status_of(client.ask("BREW /jobs/7 HTTP/1.1\r\nHost: a\r\n\r\n")), 405);
}

TEST(Server, answers_a_body_that_is_not_json_with_415)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    EXPECT_EQ(status_of(client.ask(post("/json", "{}"))), 415);
    EXPECT_EQ(status_of(client.ask(post("/json", "{}", "Content-Type: text/plain\r\n"))), 415);
    EXPECT_EQ(
        status_of(client.ask(post("/json", "{}", "content-type: Application/JSON; charset=x\r\n"))),
        200
    );
}

TEST(Server, answers_a_bug_of_a_handler_with_500_without_details_and_goes_on)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    const std::string response = client.ask(get("/bug", "X-Request-Id: call-8\r\n"));

    EXPECT_EQ(status_of(response), 500);
    EXPECT_EQ(error_of(response), "internal error; request 'call-8'");
    EXPECT_EQ(status_of(client.ask(get("/"))), 200);
}

TEST(Server, sends_no_body_with_204_and_lets_no_value_forge_a_header)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    const std::string response = client.ask(get("/204"));

    EXPECT_EQ(status_of(response), 204);
    EXPECT_EQ(response.find("Content-Length"), std::string::npos);
    EXPECT_TRUE(has_header(response, "X-Note: one  X-Forged: two"));
    EXPECT_EQ(status_of(client.ask(get("/"))), 200);
}

TEST(Server, refuses_what_is_not_http_with_a_json_error_and_closes)
{
    const std::vector<std::pair<std::string, int>> cases{
        {"\x16\x03\x01\x02\x05\r\n\r\n", 400},
        {"GET\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost a\r\n\r\n", 400},
        {"GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
        {"POST /jobs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
    };
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    for (const auto& [bytes, status] : cases) {
        RawClient client(f);
        client.send(bytes);
        client.finish_sending();
        const std::string response = client.receive_all();
        EXPECT_EQ(status_of(response), status) << bytes;
        EXPECT_NE(error_of(response), "") << bytes;
        EXPECT_TRUE(has_header(response, "Connection: close")) << bytes;
    }
}

TEST(Server, answers_a_request_that_is_cut_off_by_the_clients_end)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient in_head(f);
    RawClient in_body(f);

    in_head.send("GET / HTTP/1.1\r\nHo");
    in_head.finish_sending();
    EXPECT_EQ(error_of(in_head.receive_all()), "the connection ended within the request's head");

    in_body.send("POST /jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n1234");
    in_body.finish_sending();
    EXPECT_EQ(
        error_of(in_body.receive_all()),
        "the connection ended after 4 of 10 bytes of the request's body"
    );
}

TEST(Server, answers_a_client_that_has_closed_its_sending_side)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    RawClient client(f);

    client.send(post("/jobs", "all"));
    client.finish_sending();

    EXPECT_EQ(json_of(client.receive_all())["body"], "all");
}

TEST(Server, lets_nobody_pass_whom_the_hook_refuses)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes(), {}, {.authenticate = require_key});
    RawClient client(f);

    EXPECT_EQ(status_of(client.ask(get("/who"))), 401);
    EXPECT_EQ(status_of(client.ask(get("/who", "Authorization: Bearer wrong\r\n"))), 401);
    EXPECT_EQ(status_of(client.ask(get("/"))), 200);
    const std::string response = client.ask(get("/who", "Authorization: Basic dTprZXktMQ==\r\n"));
    EXPECT_EQ(json_of(response), "owner of key-1");
}

TEST(Server, a_bug_of_the_hook_lets_nobody_pass)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes(), {}, {.authenticate = require_key});
    RawClient client(f);

    EXPECT_EQ(status_of(client.ask(get("/who", "Authorization: Bearer bug\r\n"))), 500);
}

TEST(Server, does_not_read_a_large_body_of_a_stranger)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes(), {}, {.authenticate = require_key});
    RawClient large(f);
    RawClient small(f);

    large.send("POST /who HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    EXPECT_TRUE(has_header(large.receive(), "Connection: close"));

    EXPECT_EQ(status_of(small.ask(post("/who", "little"))), 401);
    EXPECT_EQ(status_of(small.ask(get("/"))), 200);
}

TEST(Server, tells_the_hook_of_each_answered_request)
{
    std::vector<std::string> lines;
    auto note = [&lines](const RequestRecord& record) {
        lines.push_back(fmt::format(
            "{} {} {} {} {}", name(record.request.method), record.request.target.path,
            record.route ? record.route->pattern : "-", record.status, record.bytes_sent
        ));
    };
    asio::io_context loop{1};
    ServerFixture f(loop, routes(), {}, {.answered = note});
    RawClient client(f);

    client.ask(get("/jobs/7?token=secret"));
    const std::size_t length = body_of(client.ask(get("/nowhere"))).size();
    client.ask(get("/204"));
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    client.receive_until("\r\n\r\n");

    ASSERT_EQ(lines.size(), 4u);
    EXPECT_TRUE(lines[0].starts_with("GET /jobs/7 /jobs/{id} 200 ")) << lines[0];
    EXPECT_EQ(lines[1], fmt::format("GET /nowhere - 404 {}", length));
    EXPECT_EQ(lines[2], "GET /204 /204 204 0");
    EXPECT_EQ(lines[3], "HEAD / / 200 0");
}

TEST(Server, one_that_never_listened_needs_no_end)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());
    Server second(loop.get_executor(), routes(), {}, {}, Log());

    EXPECT_FALSE(second.listen("127.0.0.1", f.port));
}

TEST(Server, says_what_is_wrong_with_an_address)
{
    asio::io_context loop{1};
    ServerFixture f(loop, routes());

    const Result<std::uint16_t> name = f.server.listen("no-address", 0);
    const Result<std::uint16_t> taken = f.server.listen("127.0.0.1", f.port);

    EXPECT_EQ(
        name.error().detail, "listen address 'no-address': an IP address like 127.0.0.1 is accepted"
    );
    EXPECT_EQ(taken.error().code, Errc::unavailable);
    EXPECT_NE(taken.error().detail.find(std::to_string(f.port)), std::string::npos);
}

} // namespace sluice::server_test
