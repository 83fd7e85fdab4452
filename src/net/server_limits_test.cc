// SPDX-License-Identifier: Apache-2.0
// Limits, slow clients, long polls, streams and stopping.
#include "async/task_scope.h"
#include "net/server_fixture.h"

namespace sluice::server_limits_test {

namespace {

using namespace testing;

constexpr std::string_view get_root = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view get_poll = "GET /poll HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view get_stream = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n";

// What the handlers of these tests wait for and what they have seen.
struct Stage {
    explicit Stage(asio::any_io_executor executor) : news(executor) {}

    Signal news;
    bool has_news = false;
    int waiting = 0;
    int gave_up = 0;
    int cancelled = 0;
    bool ignores_the_peer = false;
};

Async<Response> size_of_body(const Request& request)
{
    co_return json_response(200, request.body.size());
}

Async<void> wait_for_news(Stage& stage, const Request& request)
{
    const PeerWatch watch(request, stage.news);
    while (!stage.has_news && (stage.ignores_the_peer || request.is_awaited()))
        co_await stage.news.wait();
}

Async<Response> poll(Stage& stage, const Request& request)
{
    ++stage.waiting;
    try {
        co_await wait_for_news(stage, request);
    } catch (...) {
        ++stage.cancelled;
        throw;
    }
    if (!stage.has_news)
        ++stage.gave_up;
    co_return json_response(200, stage.has_news ? Json("news") : Json());
}

Async<void> two_pieces(const Request&, BodyWriter& writer)
{
    co_await writer.write("one");
    co_await writer.write("");
    co_await writer.write(std::string_view("two, and more"));
}

Async<void> until_the_end(Stage& stage, const Request& request, BodyWriter& writer)
{
    ++stage.waiting;
    co_await writer.write("begun");
    co_await wait_for_news(stage, request);
    if (!stage.has_news)
        ++stage.gave_up;
    co_await writer.write("end");
}

Async<void> fail_after_a_piece(const Request&, BodyWriter& writer)
{
    co_await writer.write("one");
    throw std::logic_error("a bug");
}

Async<void> write_for_ever(Stage& stage, BodyWriter& writer)
{
    ++stage.waiting;
    const std::string piece(100'000, 'x');
    bool open = true;
    while (open)
        open = co_await writer.write(piece);
    ++stage.gave_up;
}

Async<Response> streamed(BodyStream stream)
{
    Response response;
    response.content_type = "text/plain";
    response.stream = std::move(stream);
    co_return response;
}

Router routes(Stage& stage)
{
    const auto add = [](Router& router, Method method, std::string pattern, Handler handle) {
        router.add({.method = method, .pattern = std::move(pattern), .handle = std::move(handle)});
    };
    Router router;
    add(router, Method::get, "/", size_of_body);
    add(router, Method::post, "/", size_of_body);
    router.add(
        {.method = Method::post, .pattern = "/small", .body_bytes_max = 10, .handle = size_of_body}
    );
    add(router, Method::get, "/poll",
        [&stage](const Request& request) { return poll(stage, request); });
    add(router, Method::get, "/pieces", [](const Request&) { return streamed(two_pieces); });
    add(router, Method::get, "/broken",
        [](const Request&) { return streamed(fail_after_a_piece); });
    add(router, Method::get, "/stream", [&stage](const Request&) {
        return streamed([&stage](const Request& request, BodyWriter& writer) {
            return until_the_end(stage, request, writer);
        });
    });
    add(router, Method::get, "/flood", [&stage](const Request&) {
        return streamed([&stage](const Request&, BodyWriter& writer) {
            return write_for_ever(stage, writer);
        });
    });
    return router;
}

struct Fixture {
    explicit Fixture(ServerLimits limits = {}) : server(loop, routes(stage), limits) {}

    // Runs the loop until the condition holds.
    template <class Condition>
    void run_until(Condition condition)
    {
        loop.restart();
        while (!condition() && loop.run_one() > 0) {
        }
    }

    asio::io_context loop{1};
    Stage stage{loop.get_executor()};
    ServerFixture server;
};

std::string post(std::string_view target, std::size_t size)
{
    return fmt::format("POST {} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", target, size);
}

} // namespace

TEST(ServerLimits, refuse_a_head_that_is_too_large)
{
    Fixture f({.header_bytes_max = 1000});
    RawClient client(f.server);

    client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(5000, 'x') + "\r\n\r\n");

    EXPECT_EQ(status_of(client.receive_all()), 431);
}

TEST(ServerLimits, refuse_a_body_that_is_announced_too_large_before_it_comes)
{
    Fixture f;
    RawClient client(f.server);

    client.send(post("/", (50u << 20) + 1));

    const std::string response = client.receive();
    EXPECT_EQ(status_of(response), 413);
    EXPECT_EQ(
        error_of(response), "a body of 52428801 bytes is larger than the limit of 52428800 bytes"
    );
}

TEST(ServerLimits, take_a_body_of_just_the_limit)
{
    Fixture f({.body_bytes_max = 300'000});
    RawClient client(f.server);

    const std::string response = client.ask(post("/", 300'000) + std::string(300'000, 'x'));

    EXPECT_EQ(body_of(response), "300000");
}

TEST(ServerLimits, refuse_a_chunked_body_when_it_grows_too_large)
{
    Fixture f({.body_bytes_max = 10});
    RawClient client(f.server);
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    client.send(head + "6\r\nabcdef\r\n6\r\nabcdef\r\n");

    EXPECT_EQ(status_of(client.receive_all()), 413);
}

TEST(ServerLimits, let_a_route_have_its_own_body_limit)
{
    Fixture f;
    RawClient client(f.server);

    EXPECT_EQ(status_of(client.ask(post("/small", 10) + std::string(10, 'x'))), 200);
    EXPECT_EQ(status_of(client.ask(post("/small", 11) + std::string(11, 'x'))), 413);
    EXPECT_EQ(status_of(client.ask(get_root)), 200);
}

TEST(ServerLimits, the_answer_survives_a_client_that_goes_on_sending)
{
    Fixture f({.body_bytes_max = 10});
    RawClient client(f.server);

    client.send(post("/", 1'000'000) + std::string(400'000, 'x'));

    EXPECT_EQ(status_of(client.receive()), 413);
}

TEST(ServerLimits, end_a_head_that_comes_too_slowly_with_408)
{
    Fixture f({.header_time = 20ms});
    RawClient client(f.server);

    client.send("GET / HTTP/1.1\r\nHost:");

    EXPECT_EQ(status_of(client.receive_all()), 408);
}

TEST(ServerLimits, end_a_body_that_comes_too_slowly_with_408)
{
    Fixture f({.body_time = 20ms});
    RawClient client(f.server);

    client.send(post("/", 10) + "1234");

    EXPECT_EQ(status_of(client.receive_all()), 408);
}

TEST(ServerLimits, close_an_idle_connection_without_a_word)
{
    Fixture f({.idle_time = 20ms});
    RawClient silent(f.server);
    EXPECT_EQ(silent.receive_all(), "");

    RawClient used(f.server);
    EXPECT_EQ(status_of(used.ask(get_root)), 200);
    EXPECT_EQ(used.receive_all(), "");
}

TEST(ServerLimits, cut_a_client_that_does_not_take_its_answer)
{
    Fixture f({.write_time = 20ms});
    RawClient client(f.server);

    client.send("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n");
    f.run_until([&] { return f.stage.gave_up == 1; });

    EXPECT_EQ(f.stage.gave_up, 1);
}

TEST(ServerLimits, answer_503_when_there_are_too_many_connections)
{
    Fixture f({.connections_max = 1, .linger_time = 20ms});
    RawClient first(f.server);
    EXPECT_EQ(status_of(first.ask(get_root)), 200);
    RawClient second(f.server);

    const std::string refusal = second.receive_all();

    EXPECT_EQ(status_of(refusal), 503);
    EXPECT_TRUE(has_header(refusal, "Retry-After: 1"));
    EXPECT_EQ(status_of(first.ask(get_root)), 200);
    first.close();
    f.server.loop.poll();
    RawClient third(f.server);
    EXPECT_EQ(status_of(third.ask(get_root)), 200);
}

TEST(LongPoll, is_answered_when_the_news_comes)
{
    Fixture f;
    RawClient client(f.server);
    client.send(get_poll);
    f.run_until([&] { return f.stage.waiting == 1; });

    f.stage.has_news = true;
    f.stage.news.notify();

    EXPECT_EQ(body_of(client.receive()), "\"news\"");
    EXPECT_EQ(status_of(client.ask(get_root)), 200);
}

TEST(LongPoll, learns_that_its_client_has_left)
{
    Fixture f;
    RawClient polite(f.server);
    RawClient rude(f.server);
    polite.send(get_poll);
    rude.send(get_poll);
    f.run_until([&] { return f.stage.waiting == 2; });

    polite.close();
    f.run_until([&] { return f.stage.gave_up == 1; });
    rude.reset();
    f.run_until([&] { return f.stage.gave_up == 2; });

    EXPECT_EQ(f.stage.gave_up, 2);
    EXPECT_EQ(f.stage.cancelled, 0);
}

TEST(LongPoll, may_last_longer_than_the_limits_of_reading)
{
    Fixture f({.header_time = 5ms, .idle_time = 5ms});
    RawClient client(f.server);
    client.send(get_poll);
    f.run_until([&] { return f.stage.waiting == 1; });

    f.loop.restart();
    f.loop.run_for(30ms);
    EXPECT_EQ(f.stage.gave_up, 0);

    client.close();
    f.run_until([&] { return f.stage.gave_up == 1; });
    EXPECT_EQ(f.stage.gave_up, 1);
}

TEST(LongPoll, frees_the_connection_of_a_client_that_has_left)
{
    Fixture f({.connections_max = 1});
    RawClient client(f.server);
    client.send(get_poll);
    f.run_until([&] { return f.stage.waiting == 1; });

    client.close();
    f.run_until([&] { return f.stage.gave_up == 1; });
    f.loop.poll();

    RawClient next(f.server);
    EXPECT_EQ(status_of(next.ask(get_root)), 200);
}

TEST(LongPoll, keeps_requests_that_come_while_it_waits)
{
    Fixture f;
    RawClient client(f.server);
    client.send(get_poll);
    f.run_until([&] { return f.stage.waiting == 1; });
    client.send(get_root);
    client.send("GET /nowhere HTTP/1.1\r\nHo");

    f.stage.has_news = true;
    f.stage.news.notify();

    EXPECT_EQ(body_of(client.receive()), "\"news\"");
    EXPECT_EQ(body_of(client.receive()), "0");
    client.send("st: a\r\n\r\n");
    EXPECT_EQ(status_of(client.receive()), 404);
}

TEST(Streaming, sends_pieces_as_chunks_and_keeps_the_connection)
{
    Fixture f;
    RawClient client(f.server);

    client.send("GET /pieces HTTP/1.1\r\nHost: a\r\n\r\n");
    const std::string response = client.receive_until("0\r\n\r\n");

    EXPECT_TRUE(has_header(response, "Transfer-Encoding: chunked"));
    EXPECT_EQ(body_of(response), "3\r\none\r\nd\r\ntwo, and more\r\n0\r\n\r\n");
    EXPECT_EQ(status_of(client.ask(get_root)), 200);
}

TEST(Streaming, sends_plain_bytes_until_the_end_to_an_http_1_0_client)
{
    Fixture f;
    RawClient client(f.server);

    client.send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

    EXPECT_EQ(body_of(client.receive_all()), "onetwo, and more");
}

TEST(Streaming, sends_each_piece_at_once)
{
    Fixture f;
    RawClient client(f.server);
    client.send(get_stream);

    EXPECT_EQ(body_of(client.receive_until("begun\r\n")), "5\r\nbegun\r\n");

    f.stage.has_news = true;
    f.stage.news.notify();
    EXPECT_EQ(client.receive_until("0\r\n\r\n"), "3\r\nend\r\n0\r\n\r\n");
}

TEST(Streaming, runs_no_stream_for_head)
{
    Fixture f;
    RawClient client(f.server);

    client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(has_header(client.receive_until("\r\n\r\n"), "Transfer-Encoding: chunked"));

    EXPECT_EQ(status_of(client.ask(get_root)), 200);
    EXPECT_EQ(f.stage.waiting, 0);
}

TEST(Streaming, ends_when_the_client_leaves_while_nothing_is_written)
{
    Fixture f;
    RawClient client(f.server);
    client.send(get_stream);
    client.receive_until("begun\r\n");

    client.close();
    f.run_until([&] { return f.stage.gave_up == 1; });

    EXPECT_EQ(f.stage.gave_up, 1);
}

TEST(Streaming, cuts_the_connection_when_the_stream_throws)
{
    Fixture f;
    RawClient client(f.server);

    client.send("GET /broken HTTP/1.1\r\nHost: a\r\n\r\n");

    EXPECT_EQ(body_of(client.receive_all()), "3\r\none\r\n");
}

TEST(Stopping, closes_idle_connections_and_refuses_new_ones)
{
    Fixture f;
    RawClient client(f.server);
    client.ask(get_root);

    testing::await(f.server.loop, f.server.server.stop(1h));

    EXPECT_EQ(client.receive_all(), "");
    EXPECT_THROW(RawClient{f.server}, boost::system::system_error);
}

TEST(Stopping, tells_long_polls_and_streams_and_waits_for_their_answers)
{
    Fixture f;
    RawClient poller(f.server);
    RawClient follower(f.server);
    poller.send(get_poll);
    follower.send(get_stream);
    f.run_until([&] { return f.stage.waiting == 2; });

    testing::await(f.server.loop, f.server.server.stop(1h));

    EXPECT_EQ(f.stage.gave_up, 2);
    const std::string answer = poller.receive_all();
    EXPECT_EQ(body_of(answer), "null");
    EXPECT_TRUE(has_header(answer, "Connection: close"));
    EXPECT_TRUE(follower.receive_all().ends_with("3\r\nend\r\n0\r\n\r\n"));
}

TEST(Stopping, cancels_what_does_not_end_in_time)
{
    Fixture f;
    f.stage.ignores_the_peer = true;
    RawClient client(f.server);
    client.send(get_poll);
    f.run_until([&] { return f.stage.waiting == 1; });

    testing::await(f.server.loop, f.server.server.stop(10ms));

    EXPECT_EQ(f.stage.cancelled, 1);
    EXPECT_EQ(client.receive_all(), "");
}

TEST(Stopping, cuts_a_request_that_is_half_there_when_the_time_is_over)
{
    Fixture f;
    RawClient client(f.server);
    client.send("GET / HTTP/1.1\r\nHo");
    f.server.loop.poll();

    testing::await(f.server.loop, f.server.server.stop(10ms));

    EXPECT_EQ(client.receive_all(), "");
}

} // namespace sluice::server_limits_test
