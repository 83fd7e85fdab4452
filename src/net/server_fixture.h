// SPDX-License-Identifier: Apache-2.0
// For tests: a server and raw clients of it on one loop, over real sockets.
#pragma once

#include "async/testing.h"
#include "net/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <charconv>

namespace sluice::testing {

using namespace std::chrono_literals;

struct ServerFixture {
    ServerFixture(
        asio::io_context& given_loop, Router router, ServerLimits limits = {},
        ServerHooks hooks = {}
    )
        : loop(given_loop),
          server(loop.get_executor(), std::move(router), std::move(hooks), limits, Log())
    {
        const Result<std::uint16_t> listening = server.listen("127.0.0.1", 0);
        port = listening.value();
    }

    ~ServerFixture() { await(loop, server.stop(0ms)); }
    ServerFixture(const ServerFixture&) = delete;
    ServerFixture& operator=(const ServerFixture&) = delete;

    std::string url(std::string_view target) const
    {
        return "http://127.0.0.1:" + std::to_string(port) + std::string(target);
    }

    asio::io_context& loop;
    Server server;
    std::uint16_t port = 0;
};

// A client that writes and reads plain bytes. Each call runs the loop until it is done.
class RawClient {
public:
    explicit RawClient(ServerFixture& fixture) : loop_(fixture.loop), socket_(fixture.loop)
    {
        // The kernel completes the connection without the server's help.
        socket_.connect({asio::ip::make_address("127.0.0.1"), fixture.port});
    }

    void send(std::string_view bytes) { await(loop_, write(bytes)); }
    void finish_sending() { socket_.shutdown(asio::ip::tcp::socket::shutdown_send); }
    void close() { socket_.close(); }
    void reset()
    {
        socket_.set_option(asio::socket_base::linger(true, 0));
        socket_.close();
    }

    // The next bytes up to and with `end`; fewer when the server closes before.
    std::string receive_until(std::string_view end)
    {
        while (received_.find(end) == std::string::npos && await(loop_, read()) > 0) {
        }
        const std::size_t at = received_.find(end);
        return take(at == std::string::npos ? received_.size() : at + end.size());
    }

    // One response with its Content-Length.
    std::string receive()
    {
        std::string response = receive_until("\r\n\r\n");
        const std::size_t at = response.find("Content-Length: ");
        std::size_t length = 0;
        if (at != std::string::npos)
            std::from_chars(response.data() + at + 16, response.data() + response.size(), length);
        while (received_.size() < length && await(loop_, read()) > 0) {
        }
        return response + take(std::min(length, received_.size()));
    }

    // Everything until the server closes.
    std::string receive_all()
    {
        while (await(loop_, read()) > 0) {
        }
        return take(received_.size());
    }

    std::string ask(std::string_view request)
    {
        send(request);
        return receive();
    }

private:
    Async<void> write(std::string_view bytes)
    {
        // A server that has closed already is what some tests look at, at the next read.
        co_await asio::async_write(
            socket_, asio::const_buffer(bytes.data(), bytes.size()),
            asio::as_tuple(asio::use_awaitable)
        );
    }

    Async<std::size_t> read()
    {
        if (ended_) // Asio would wait for ever
            co_return 0;
        char bytes[4096];
        const asio::mutable_buffer target(bytes, sizeof bytes);
        auto outcome =
            co_await socket_.async_read_some(target, asio::as_tuple(asio::use_awaitable));
        auto& [error, count] = outcome;
        received_.append(bytes, count);
        ended_ = bool(error);
        co_return count;
    }

    std::string take(std::size_t count)
    {
        std::string front = received_.substr(0, count);
        received_.erase(0, count);
        return front;
    }

    asio::io_context& loop_;
    asio::ip::tcp::socket socket_;
    std::string received_;
    bool ended_ = false;
};

inline int status_of(std::string_view response)
{
    int status = 0;
    if (response.starts_with("HTTP/1.1 "))
        std::from_chars(response.data() + 9, response.data() + response.size(), status);
    return status;
}

inline std::string body_of(std::string_view response)
{
    const std::size_t end = response.find("\r\n\r\n");
    return end == std::string_view::npos ? "" : std::string(response.substr(end + 4));
}

inline bool has_header(std::string_view response, std::string_view line)
{
    const std::string wanted = "\r\n" + std::string(line) + "\r\n";
    return response.find(wanted) != std::string_view::npos;
}

// The `error` of a JSON error response.
inline std::string error_of(std::string_view response)
{
    const Result<Json> body = parse_json(body_of(response));
    return body && body->contains("error") ? (*body)["error"].get<std::string>() : "";
}

} // namespace sluice::testing
