// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include "async/task_scope.h"
#include "base/text.h"
#include "net/guard/address_guard.h"
#include "net/guard/listener_fixture.h"
#include "net/server_fixture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <csignal>

namespace sluice::http_client_test {

namespace {

using namespace testing;

struct Stage {
    explicit Stage(asio::any_io_executor executor) : news(executor) {}

    Signal news;
    int waiting = 0;
    int left = 0;
};

Async<Response> echo(const Request& request)
{
    Json headers = Json::object();
    for (const Field& field : request.headers)
        headers[to_lower(field.name)] = field.value;
    Response response = json_response(
        200, {{"method", name(request.method)}, {"body", request.body}, {"headers", headers}}
    );
    response.headers.add("X-Echo", "yes");
    co_return response;
}

Async<Response> wait_until_left(Stage& stage, const Request& request)
{
    ++stage.waiting;
    const PeerWatch watch(request, stage.news);
    while (request.is_awaited())
        co_await stage.news.wait();
    ++stage.left;
    co_return json_response(200, nullptr);
}

Async<Response> large(const Request&)
{
    Response response;
    response.body.assign(100'000, 'x');
    co_return response;
}

Async<Response> elsewhere(const Request&)
{
    Response response = json_response(302, nullptr);
    response.headers.add("Location", "/echo");
    co_return response;
}

Async<void> count_up(const Request&, BodyWriter& writer)
{
    bool open = true;
    for (int i = 0; open; ++i) {
        const std::string line = fmt::format("line {}\n", i);
        open = co_await writer.write(line);
    }
}

Async<Response> lines(const Request&)
{
    Response response;
    response.stream = count_up;
    co_return response;
}

Router routes(Stage& stage)
{
    Router router;
    for (Method method : {Method::get, Method::post, Method::put, Method::patch, Method::delete_})
        router.add({.method = method, .pattern = "/echo", .handle = echo});
    router.add({.method = Method::get, .pattern = "/large", .handle = large});
    router.add({.method = Method::get, .pattern = "/elsewhere", .handle = elsewhere});
    router.add({.method = Method::get, .pattern = "/lines", .handle = lines});
    router.add({.method = Method::get, .pattern = "/wait", .handle = [&stage](const Request& r) {
                    return wait_until_left(stage, r);
                }});
    return router;
}

struct Fixture {
    explicit Fixture(HttpClientOptions options = {}) : client(loop.get_executor(), options) {}

    Result<ClientResponse> send(ClientRequest request)
    {
        return testing::await(loop, client.send(std::move(request)));
    }

    template <class Condition>
    void run_until(Condition condition)
    {
        loop.restart();
        while (!condition() && loop.run_one() > 0) {
        }
    }

    asio::io_context loop{1};
    Stage stage{loop.get_executor()};
    ServerFixture server{loop, routes(stage)};
    HttpClient client;
};

Async<void> send_and_note(HttpClient& client, ClientRequest request, std::vector<int>& statuses)
{
    const Result<ClientResponse> response = co_await client.send(std::move(request));
    statuses.push_back(response ? response->status : 0);
}

// Of this process, to that port of this machine.
std::vector<int> sockets_to(std::uint16_t port)
{
    std::vector<int> found;
    for (int socket = 0; socket < 1024; ++socket) {
        sockaddr_in peer{};
        socklen_t size = sizeof(peer);
        if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
            peer.sin_family == AF_INET && ntohs(peer.sin_port) == port)
            found.push_back(socket);
    }
    return found;
}

int option_of(int socket, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof(value);
    EXPECT_EQ(getsockopt(socket, level, name, &value, &size), 0);
    return value;
}

} // namespace

TEST(HttpClient, asks_silent_connections_for_a_sign_of_life)
{
    Fixture f;
    ASSERT_TRUE(f.send({.url = f.server.url("/echo")}));

    const std::vector<int> sockets = sockets_to(f.server.port);
    ASSERT_EQ(sockets.size(), 1u);
    EXPECT_EQ(option_of(sockets[0], SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option_of(sockets[0], IPPROTO_TCP, TCP_KEEPIDLE), 15);
    EXPECT_EQ(option_of(sockets[0], IPPROTO_TCP, TCP_KEEPINTVL), 5);
}

TEST(HttpClient, sends_method_headers_and_body_and_reads_the_answer)
{
    Fixture f;
    for (Method method : {Method::post, Method::put, Method::patch, Method::delete_}) {
        const Result<ClientResponse> response = f.send(
            {.method = method,
             .url = f.server.url("/echo"),
             .headers = {{"Content-Type", "text/plain"}, {"X-Empty", ""}},
             .body = "hello"}
        );

        ASSERT_TRUE(response) << response.error().detail;
        EXPECT_EQ(response->status, 200);
        EXPECT_EQ(response->headers.find("x-echo"), "yes");
        const Json seen = parse_json(response->body).value();
        EXPECT_EQ(seen["method"], name(method));
        EXPECT_EQ(seen["body"], "hello");
        EXPECT_EQ(seen["headers"]["content-type"], "text/plain");
        EXPECT_EQ(seen["headers"]["user-agent"], "sluice");
        EXPECT_EQ(seen["headers"]["x-empty"], "");
    }
}

TEST(HttpClient, sends_head_and_empty_bodies)
{
    Fixture f;

    const Result<ClientResponse> head =
        f.send({.method = Method::head, .url = f.server.url("/large")});
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->headers.find("Content-Length"), "100000");
    EXPECT_EQ(head->body, "");

    const Result<ClientResponse> post =
        f.send({.method = Method::post, .url = f.server.url("/echo")});
    const Json seen = parse_json(post->body).value();
    EXPECT_EQ(seen["headers"]["content-length"], "0");
    EXPECT_FALSE(seen["headers"].contains("content-type"));
}

TEST(HttpClient, sends_a_large_body_without_waiting_for_a_continue)
{
    Fixture f;

    const Result<ClientResponse> response = f.send(
        {.method = Method::post, .url = f.server.url("/echo"), .body = std::string(3'000'000, 'x')}
    );

    ASSERT_TRUE(response) << response.error().detail;
    const Json seen = parse_json(response->body).value();
    EXPECT_EQ(seen["body"].get_ref<const std::string&>().size(), 3'000'000u);
    EXPECT_FALSE(seen["headers"].contains("expect"));
}

TEST(HttpClient, any_status_is_a_response_and_redirects_are_not_followed)
{
    Fixture f;

    EXPECT_EQ(f.send({.url = f.server.url("/nowhere")})->status, 404);
    const Result<ClientResponse> response = f.send({.url = f.server.url("/elsewhere")});
    EXPECT_EQ(response->status, 302);
    EXPECT_EQ(response->headers.find("Location"), "/echo");
}

TEST(HttpClient, serves_many_callers_at_once_over_few_connections)
{
    Fixture f({.connections_max = 4, .connections_per_host_max = 2});
    TaskScope scope(f.loop.get_executor(), Log());
    std::vector<int> statuses;

    for (int i = 0; i < 50; ++i) {
        ClientRequest request{.url = f.server.url("/echo")};
        scope.spawn(send_and_note(f.client, std::move(request), statuses));
    }
    testing::await(f.loop, scope.join());

    EXPECT_EQ(statuses, std::vector<int>(50, 200));
}

TEST(HttpClient, has_no_more_requests_under_way_than_its_limits)
{
    const HttpClientOptions in_all{.connections_max = 2, .connections_per_host_max = 4};
    const HttpClientOptions to_one_host{.connections_max = 4, .connections_per_host_max = 2};
    for (const HttpClientOptions& options : {in_all, to_one_host}) {
        Fixture f(options);
        TaskScope scope(f.loop.get_executor(), Log());
        std::vector<int> statuses;
        for (int i = 0; i < 5; ++i) {
            ClientRequest request{.url = f.server.url("/wait")};
            scope.spawn(send_and_note(f.client, std::move(request), statuses));
        }
        f.run_until([&] { return f.stage.waiting == 2; });

        // Had they been sent, they would have come before these.
        HttpClient other(f.loop.get_executor(), {});
        for (int i = 0; i < 3; ++i)
            EXPECT_TRUE(testing::await(f.loop, other.send({.url = f.server.url("/echo")})));
        EXPECT_EQ(f.stage.waiting, 2);

        scope.cancel();
        testing::await(f.loop, scope.join());
        f.run_until([&] { return f.stage.left == 2; });
    }
}

TEST(HttpClient, gives_up_after_the_total_time)
{
    Fixture f;

    const Result<ClientResponse> response =
        f.send({.url = f.server.url("/wait?key=secret"), .total_time = 30ms});

    ASSERT_TRUE(response.has_error());
    EXPECT_EQ(response.error().code, Errc::timed_out);
    EXPECT_EQ(response.error().detail.find("secret"), std::string::npos) << response.error().detail;
    f.run_until([&] { return f.stage.left == 1; });
}

TEST(HttpClient, ends_the_request_when_its_caller_is_cancelled)
{
    Fixture f;
    TaskScope scope(f.loop.get_executor(), Log());
    std::vector<int> statuses;
    for (int i = 0; i < 3; ++i) {
        ClientRequest request{.url = f.server.url("/wait")};
        scope.spawn(send_and_note(f.client, std::move(request), statuses));
    }
    f.run_until([&] { return f.stage.waiting == 3; });

    scope.cancel();
    testing::await(f.loop, scope.join());
    f.run_until([&] { return f.stage.left == 3; });

    EXPECT_TRUE(statuses.empty());
    EXPECT_EQ(f.send({.url = f.server.url("/echo")})->status, 200);
}

TEST(HttpClient, a_request_that_is_cancelled_before_it_connects_leaves_nothing_behind)
{
    Fixture f;
    TaskScope scope(f.loop.get_executor(), Log());
    std::vector<int> statuses;
    ClientRequest request{.url = f.server.url("/echo")};
    scope.spawn(send_and_note(f.client, std::move(request), statuses));
    f.loop.poll_one();
    f.loop.poll_one();

    scope.cancel();
    testing::await(f.loop, scope.join());

    EXPECT_EQ(f.send({.url = f.server.url("/echo")})->status, 200);
}

TEST(HttpClient, refuses_a_response_that_is_too_large)
{
    Fixture f;

    const Result<ClientResponse> response =
        f.send({.url = f.server.url("/large"), .body_bytes_max = 99'999});

    EXPECT_EQ(response.error().code, Errc::invalid);
    EXPECT_NE(response.error().detail.find("99999 bytes"), std::string::npos);
    EXPECT_TRUE(f.send({.url = f.server.url("/large"), .body_bytes_max = 100'000}));
}

TEST(HttpClient, hands_out_a_streamed_body_piece_by_piece_until_told_to_stop)
{
    Fixture f;
    std::string seen;

    const Result<ClientResponse> response =
        f.send({.url = f.server.url("/lines"), .on_body = [&seen](std::string_view piece) {
                    seen.append(piece);
                    return seen.size() < 1000;
                }});

    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "");
    EXPECT_TRUE(seen.starts_with("line 0\nline 1\nline 2\n"));
}

TEST(HttpClient, a_server_that_is_away_is_unavailable)
{
    Fixture f;
    asio::ip::tcp::acceptor closed(f.loop, {asio::ip::make_address("127.0.0.1"), 0});
    const std::string url = fmt::format("http://127.0.0.1:{}/x", closed.local_endpoint().port());
    closed.close();

    const Result<ClientResponse> response = f.send({.url = url});

    EXPECT_EQ(response.error().code, Errc::unavailable);
    EXPECT_TRUE(response.error().detail.starts_with(url.substr(0, url.size() - 2) + ": "));
}

TEST(HttpClient, refuses_what_it_cannot_send)
{
    Fixture f;
    const std::string good = f.server.url("/echo");
    const std::vector<ClientRequest> cases{
        {.url = ""},
        {.url = "/echo"},
        {.url = "file:///etc/passwd"},
        {.url = "http://"},
        {.url = good + "?" + std::string(70'000, 'x')},
        {.url = good, .headers = {{"X-A", "1\r\nX-B: 2"}}},
        {.url = good, .headers = {{"", "1"}}},
        {.method = Method::other, .url = good},
    };
    for (const ClientRequest& request : cases) {
        const Result<ClientResponse> response = f.send(request);
        ASSERT_TRUE(response.has_error()) << request.url.substr(0, 100);
        EXPECT_EQ(response.error().code, Errc::invalid) << request.url.substr(0, 100);
    }
}

TEST(HttpClient, encodes_what_may_not_stand_in_a_path_or_query)
{
    Fixture f;
    const std::string url = f.server.url("/echo?a=[1]|{x}&\xc3\xbc");

    EXPECT_EQ(f.send({.url = url})->status, 200);
    EXPECT_EQ(f.send({.url = "HTTP" + url.substr(4)})->status, 200);
}

TEST(HttpClient, does_not_reach_an_address_that_its_guard_refuses)
{
    const AddressGuard guard = AddressGuard::make({}).value();
    Fixture f({.guard = &guard});
    ListenerFixture listener(f.loop);

    const Result<ClientResponse> response = f.send({.url = listener.origin("127.0.0.1") + "/key"});

    ASSERT_TRUE(response.has_error());
    EXPECT_EQ(response.error().code, Errc::invalid);
    EXPECT_EQ(
        response.error().detail,
        "host '127.0.0.1' is a loopback address: a public address is accepted"
    );
    EXPECT_FALSE(listener.is_reached());
}

TEST(HttpClient, does_not_reach_a_refused_address_behind_an_accepted_name)
{
    // The name is accepted for the sake of the network.
    const AddressGuard guard = AddressGuard::make({.blocked_hosts = {"127.0.0.1", "::1"},
                                                   .allowed_networks = {"127.0.0.0/8"}}
    ).value();
    Fixture f({.guard = &guard});
    ListenerFixture listener(f.loop);
    const std::string origin = listener.origin("localhost");
    ASSERT_EQ(guard.refuse_url(origin), std::nullopt);

    const Result<ClientResponse> response = f.send({.url = origin + "/key"});

    ASSERT_TRUE(response.has_error());
    EXPECT_EQ(response.error().code, Errc::invalid);
    EXPECT_FALSE(is_retryable(response.error().code));
    EXPECT_EQ(
        response.error().detail,
        origin + ": its address is a blocked address: a public address is accepted"
    );
    EXPECT_FALSE(listener.is_reached());
}

TEST(HttpClient, reaches_what_its_guard_allows_also_over_a_connection_used_again)
{
    const AddressGuard guard = AddressGuard::make({.allowed_networks = {"127.0.0.0/8"}}).value();
    Fixture f({.guard = &guard});

    EXPECT_EQ(f.send({.url = f.server.url("/echo")})->status, 200);
    EXPECT_EQ(f.send({.url = f.server.url("/echo")})->status, 200);
}

TEST(HttpClient, a_guarded_server_that_is_away_is_still_unavailable)
{
    const AddressGuard guard = AddressGuard::make({.allowed_networks = {"127.0.0.0/8"}}).value();
    Fixture f({.guard = &guard});
    std::string origin;
    {
        const ListenerFixture closed(f.loop);
        origin = closed.origin("127.0.0.1");
    }

    EXPECT_EQ(f.send({.url = origin}).error().code, Errc::unavailable);
}

TEST(HttpClient, leaves_the_signals_of_the_process_alone)
{
    struct sigaction before {};
    sigaction(SIGPIPE, nullptr, &before);
    Fixture f;

    f.send({.url = f.server.url("/echo")});

    struct sigaction after {};
    sigaction(SIGPIPE, nullptr, &after);
    EXPECT_EQ(before.sa_handler, after.sa_handler);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    EXPECT_EQ(sigismember(&mask, SIGPIPE), 0);
}

} // namespace sluice::http_client_test
