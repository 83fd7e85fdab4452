// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include "net/server_fixture.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>

#include <stdexcept>

// Large bodies: sinks, shared bodies, stalls; and paths as they are.

namespace sluice::http_client_body_test {

namespace {

using namespace testing;

constexpr std::size_t flood_bytes = 32u << 20; // more than sockets hold

struct Stage {
    std::size_t written = 0; // of the flood
    bool is_over = false;    // the stream has ended
};

std::string flood_piece(std::size_t at)
{
    return std::string(64u << 10, static_cast<char>('a' + at / (64u << 10) % 26));
}

Async<void> flood(Stage& stage, const Request&, BodyWriter& writer)
{
    bool open = true;
    while (open && stage.written < flood_bytes) {
        const std::string piece = flood_piece(stage.written);
        open = co_await writer.write(piece);
        stage.written += piece.size();
    }
    stage.is_over = true;
}

Async<void> break_off(const Request&, BodyWriter& writer)
{
    const std::string piece(5000, 'x');
    co_await writer.write(piece);
    throw std::runtime_error("cut");
}

Async<Response> flooding(Stage& stage, const Request&)
{
    Response response;
    response.stream = [&stage](const Request& request, BodyWriter& writer) {
        return flood(stage, request, writer);
    };
    co_return response;
}

Async<Response> breaking(const Request&)
{
    Response response;
    response.stream = break_off;
    co_return response;
}

Async<Response> large(const Request&)
{
    Response response;
    response.body.assign(100'000, 'x');
    co_return response;
}

Async<Response> echo(const Request& request)
{
    Response response;
    response.body = request.body;
    co_return response;
}

Router routes(Stage& stage)
{
    Router router;
    router.add({.method = Method::get, .pattern = "/large", .handle = large});
    router.add({.method = Method::put, .pattern = "/echo", .handle = echo});
    router.add({.method = Method::get, .pattern = "/broken", .handle = breaking});
    router.add({.method = Method::get, .pattern = "/flood", .handle = [&stage](const Request& r) {
                    return flooding(stage, r);
                }});
    return router;
}

class TestSink final : public BodySink {
public:
    explicit TestSink(asio::any_io_executor executor) : go(std::move(executor)) {}

    bool wants(int status, const Headers& headers) override
    {
        statuses.push_back(status);
        has_length = headers.find("Content-Length").has_value();
        return status == 200;
    }

    Async<bool> take(std::string_view piece) override
    {
        ++takes;
        largest = std::max(largest, piece.size());
        while (is_busy)
            co_await go.wait();
        body.append(piece);
        co_return body.size() < enough;
    }

    Signal go;
    bool is_busy = false;
    std::size_t enough = std::numeric_limits<std::size_t>::max();

    std::vector<int> statuses;
    bool has_length = false;
    std::size_t takes = 0;
    std::size_t largest = 0;
    std::string body;
};

struct Fixture {
    explicit Fixture(HttpClientOptions options = {}) : client(loop.get_executor(), options) {}

    Result<ClientResponse> send(ClientRequest request)
    {
        return testing::await(loop, client.send(std::move(request)));
    }

    asio::io_context loop{1};
    Stage stage;
    ServerFixture server{loop, routes(stage)};
    HttpClient client;
    TestSink sink{loop.get_executor()};
};

Async<void> send_and_note(
    HttpClient& client, ClientRequest request, std::optional<Result<ClientResponse>>& result
)
{
    result = co_await client.send(std::move(request));
}

// A server that notes the head of one request and answers it as it is told.
struct OneAnswer {
    explicit OneAnswer(asio::io_context& loop)
        : acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0}), socket(loop)
    {}

    std::string url(std::string_view target) const
    {
        return fmt::format("http://127.0.0.1:{}{}", acceptor.local_endpoint().port(), target);
    }

    asio::ip::tcp::acceptor acceptor;
    asio::ip::tcp::socket socket;
    std::string head;
};

Async<void> answer_one(OneAnswer& server, std::string answer)
{
    co_await server.acceptor.async_accept(server.socket, asio::use_awaitable);
    co_await asio::async_read_until(
        server.socket, asio::dynamic_buffer(server.head), "\r\n\r\n", asio::use_awaitable
    );
    co_await asio::async_write(server.socket, asio::buffer(answer), asio::use_awaitable);
}

} // namespace

TEST(HttpClientBody, goes_to_a_sink_in_pieces_of_about_a_buffer)
{
    Fixture f({.receive_buffer_bytes = 32u << 10});

    const Result<ClientResponse> response =
        f.send({.url = f.server.url("/large"), .body_bytes_max = 10, .sink = &f.sink});

    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "");
    EXPECT_EQ(f.sink.body, std::string(100'000, 'x'));
    EXPECT_EQ(f.sink.statuses, std::vector<int>{200});
    EXPECT_TRUE(f.sink.has_length);
    EXPECT_LE(f.sink.takes, 4u);
    EXPECT_LE(f.sink.largest, (32u << 10) + (16u << 10));
}

TEST(HttpClientBody, a_request_may_have_larger_pieces_than_the_others)
{
    Fixture f({.receive_buffer_bytes = 1u << 10});

    const Result<ClientResponse> response =
        f.send({.url = f.server.url("/large"), .sink = &f.sink, .receive_buffer_bytes = 128u << 10}
        );

    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(f.sink.body, std::string(100'000, 'x'));
    EXPECT_LE(f.sink.takes, 4u);
}

TEST(HttpClientBody, that_a_sink_does_not_want_is_the_responses)
{
    Fixture f;

    const Result<ClientResponse> response =
        f.send({.url = f.server.url("/nowhere"), .sink = &f.sink});

    EXPECT_EQ(response->status, 404);
    EXPECT_NE(response->body.find("error"), std::string::npos);
    EXPECT_EQ(f.sink.statuses, std::vector<int>{404});
    EXPECT_EQ(f.sink.takes, 0u);
}

TEST(HttpClientBody, a_sink_is_asked_also_when_there_is_none)
{
    Fixture f;

    const Result<ClientResponse> response =
        f.send({.method = Method::head, .url = f.server.url("/large"), .sink = &f.sink});

    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(f.sink.statuses, std::vector<int>{200});
    EXPECT_EQ(f.sink.takes, 0u);
}

TEST(HttpClientBody, a_sink_that_waits_stops_the_reading)
{
    for (const std::size_t buffer : {16u << 10, 512u << 10}) {
        Fixture f({.receive_buffer_bytes = buffer});
        f.sink.is_busy = true;
        std::optional<Result<ClientResponse>> result;
        ClientRequest request{.url = f.server.url("/flood"), .sink = &f.sink};
        spawn(f.loop, send_and_note(f.client, std::move(request), result));
        f.loop.restart();
        while (f.sink.takes == 0 && f.loop.run_one() > 0) {
        }
        while (f.loop.poll() > 0) {
        }
        EXPECT_LT(f.stage.written, flood_bytes);

        f.sink.is_busy = false;
        f.sink.go.notify();
        while (!result && f.loop.run_one() > 0) {
        }

        ASSERT_TRUE(result && *result);
        ASSERT_EQ(f.sink.body.size(), flood_bytes);
        for (std::size_t at = 0; at < flood_bytes; at += 64u << 10)
            ASSERT_EQ(f.sink.body.compare(at, 64u << 10, flood_piece(at)), 0) << at;
    }
}

TEST(HttpClientBody, a_sink_that_wants_no_more_ends_the_request)
{
    Fixture f;
    f.sink.enough = 100'000;

    const Result<ClientResponse> response =
        f.send({.url = f.server.url("/flood"), .sink = &f.sink});
    f.loop.restart();
    while (!f.stage.is_over && f.loop.run_one() > 0) {
    }

    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->status, 200);
    EXPECT_LT(f.stage.written, flood_bytes);
}

TEST(HttpClientBody, what_came_before_it_broke_off_is_the_sinks)
{
    Fixture f;

    const Result<ClientResponse> response =
        f.send({.url = f.server.url("/broken"), .sink = &f.sink});

    EXPECT_EQ(response.error().code, Errc::unavailable);
    EXPECT_EQ(f.sink.body, std::string(5000, 'x'));
}

TEST(HttpClientBody, that_is_shared_is_sent_twice)
{
    Fixture f;
    const auto body = std::make_shared<const std::string>(300'000, 'y');

    for (int i = 0; i < 2; ++i) {
        const Result<ClientResponse> response =
            f.send({.method = Method::put, .url = f.server.url("/echo"), .shared_body = body});
        ASSERT_TRUE(response) << response.error().detail;
        EXPECT_EQ(response->body, *body);
    }
    EXPECT_EQ(body.use_count(), 1);
}

TEST(HttpClientBody, dots_in_a_path_are_sent_as_they_are_if_asked_for)
{
    const struct {
        ClientRequest::Path path;
        std::string_view line;
    } cases[] = {
        {ClientRequest::Path::as_it_is, "GET /b/./a/../k HTTP/1.1\r\n"},
        {ClientRequest::Path::resolved, "GET /b/k HTTP/1.1\r\n"},
    };
    for (const auto& [path, line] : cases) {
        Fixture f;
        OneAnswer server(f.loop);
        spawn(f.loop, answer_one(server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));

        EXPECT_TRUE(f.send({.url = server.url("/b/./a/../k"), .path = path}));

        EXPECT_TRUE(server.head.starts_with(line)) << server.head;
    }
}

// Takes as long as the stall does: libcurl counts in seconds of its own clock.
TEST(HttpClientBody, a_stall_is_timed_out)
{
    Fixture f;
    OneAnswer server(f.loop);
    spawn(f.loop, answer_one(server, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"));

    const Result<ClientResponse> response =
        f.send({.url = server.url("/"), .total_time = 60s, .stall_time = 1s, .sink = &f.sink});

    EXPECT_EQ(response.error().code, Errc::timed_out);
    EXPECT_EQ(f.sink.body, "12345");
}

} // namespace sluice::http_client_body_test
