// SPDX-License-Identifier: Apache-2.0
#include "bench/http/client.h"

#include "bench/http/message_reader.h"
#include "net/read_buffer.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <sys/socket.h>

namespace sluice::bench {

namespace {

using asio::ip::tcp;

constexpr std::size_t head_read_bytes = 4 << 10; // all that an idle connection needs
constexpr std::size_t body_read_bytes = 64 << 10;
constexpr std::size_t shown_bytes_max = 400; // of an answer, in an error

Error broken(std::string_view action, const boost::system::error_code& error)
{
    return Error{Errc::unavailable, fmt::format("{} the server: {}", action, error.message())};
}

} // namespace

std::string request_text(
    std::string_view verb, std::string_view path, std::string_view body, std::string_view headers
)
{
    return fmt::format(
        "{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}Content-Type: application/json\r\n"
        "Content-Length: {}\r\n\r\n{}",
        verb, path, headers, body.size(), body
    );
}

struct Client::Parts {
    explicit Parts(asio::any_io_executor executor) : socket(std::move(executor)) {}

    tcp::socket socket;
    ReadBuffer buffer;
    MessageReader answer;
};

Client::Client(asio::any_io_executor executor)
    : parts_(std::make_unique<Parts>(std::move(executor)))
{}

Client::~Client() = default;

Async<Result<void>> Client::connect(std::uint16_t port)
{
    const tcp::endpoint server(asio::ip::address_v4::loopback(), port);
    const auto outcome =
        co_await parts_->socket.async_connect(server, asio::as_tuple(asio::use_awaitable));
    if (const boost::system::error_code& error = std::get<0>(outcome))
        co_return broken("connect to", error);
    boost::system::error_code ignored;
    parts_->socket.set_option(tcp::no_delay(true), ignored);
    co_return Result<void>();
}

Async<Result<void>> Client::send(std::string_view request)
{
    parts_->answer.next();
    const asio::const_buffer bytes(request.data(), request.size());
    auto outcome =
        co_await asio::async_write(parts_->socket, bytes, asio::as_tuple(asio::use_awaitable));
    if (const boost::system::error_code& error = std::get<0>(outcome))
        co_return broken("write to", error);
    co_return Result<void>();
}

Async<Result<void>> Client::read_more()
{
    const std::size_t wanted = parts_->answer.has_head() ? body_read_bytes : head_read_bytes;
    const std::span<char> space = parts_->buffer.room(wanted);
    const asio::mutable_buffer room(space.data(), space.size());
    auto outcome =
        co_await parts_->socket.async_read_some(room, asio::as_tuple(asio::use_awaitable));
    auto& [error, count] = outcome;
    if (error)
        co_return broken("read from", error);
    parts_->buffer.filled(count);
    const std::size_t used = parts_->answer.take(parts_->buffer.bytes());
    parts_->buffer.used(used);
    if (parts_->answer.is_broken())
        co_return Error{Errc::unavailable, "the server's answer cannot be read"};
    co_return Result<void>();
}

Async<Result<int>> Client::call(std::string_view request)
{
    Result<void> good = co_await send(request);
    while (good && !parts_->answer.is_complete())
        good = co_await read_more();
    if (!good)
        co_return good.error();
    co_return parts_->answer.status();
}

Async<Result<void>> Client::call(std::string_view request, int expected)
{
    const Result<int> status = co_await call(request);
    if (!status)
        co_return status.error();
    if (*status != expected)
        co_return refusal();
    co_return Result<void>();
}

Async<Result<int>> Client::open(std::string_view request)
{
    Result<void> good = co_await send(request);
    while (good && !parts_->answer.has_head())
        good = co_await read_more();
    if (!good)
        co_return good.error();
    co_return parts_->answer.status();
}

bool Client::has_answer()
{
    char byte = 0;
    return ::recv(parts_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

const std::string& Client::body() const
{
    return parts_->answer.body();
}

std::string_view Client::header(std::string_view name) const
{
    return parts_->answer.header(name);
}

Error Client::refusal() const
{
    const std::string_view shown = std::string_view(body()).substr(0, shown_bytes_max);
    return Error{
        Errc::invalid, fmt::format("the server answered {}: {}", parts_->answer.status(), shown)};
}

} // namespace sluice::bench
