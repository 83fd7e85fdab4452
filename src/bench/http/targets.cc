// SPDX-License-Identifier: Apache-2.0
#include "bench/http/targets.h"

#include "bench/http/message_reader.h"
#include "net/read_buffer.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace sluice::bench {

namespace {

using asio::ip::tcp;

constexpr std::size_t read_bytes = 4096;
constexpr std::string_view accepted = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

} // namespace

struct Targets::Target {
    explicit Target(asio::any_io_executor executor) : acceptor(std::move(executor)) {}

    tcp::acceptor acceptor;
    std::uint16_t port = 0;
    std::chrono::milliseconds delay{};
    OnCall on_call;
};

// One connection of the server to a target.
class Targets::Session {
public:
    Session(Target& target, tcp::socket socket) : target_(target), socket_(std::move(socket))
    {
        boost::system::error_code ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
    }

    const Target& target() const { return target_; }
    Async<bool> read();
    Async<bool> answer();
    void tell() const;

private:
    Target& target_;
    tcp::socket socket_;
    ReadBuffer buffer_;
    MessageReader request_;
};

// Until a request is whole; false when none will come.
Async<bool> Targets::Session::read()
{
    request_.next();
    for (;;) {
        buffer_.used(request_.take(buffer_.bytes()));
        if (request_.is_complete() || request_.is_broken())
            co_return request_.is_complete();
        const std::span<char> space = buffer_.room(read_bytes);
        const asio::mutable_buffer room(space.data(), space.size());
        auto outcome = co_await socket_.async_read_some(room, asio::as_tuple(asio::use_awaitable));
        auto& [error, count] = outcome;
        if (error)
            co_return false;
        buffer_.filled(count);
    }
}

void Targets::Session::tell() const
{
    if (!target_.on_call)
        return;
    const TargetCall call{
        target_.port, request_.header("x-task-id"), std::chrono::steady_clock::now(),
        request_.body()};
    target_.on_call(call);
}

Async<bool> Targets::Session::answer()
{
    const asio::const_buffer bytes(accepted.data(), accepted.size());
    auto outcome = co_await asio::async_write(socket_, bytes, asio::as_tuple(asio::use_awaitable));
    co_return !std::get<0>(outcome);
}

Targets::Targets(asio::any_io_executor executor, Log log)
    : scope_(std::move(executor), std::move(log))
{}

Targets::~Targets() = default;

Result<std::uint16_t> Targets::listen(OnCall on_call, std::chrono::milliseconds delay)
{
    auto target = std::make_unique<Target>(scope_.executor());
    const tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
    boost::system::error_code error;
    target->acceptor.open(tcp::v4(), error);
    if (!error)
        target->acceptor.bind(any, error);
    if (!error)
        target->acceptor.listen(tcp::acceptor::max_listen_connections, error);
    if (error)
        return Error{
            Errc::unavailable, fmt::format("listen as a target of webhooks: {}", error.message())};
    target->port = target->acceptor.local_endpoint().port();
    target->delay = delay;
    target->on_call = std::move(on_call);
    targets_.push_back(std::move(target));
    scope_.spawn(accept(*targets_.back()));
    return targets_.back()->port;
}

void Targets::forget(std::uint16_t port)
{
    for (const std::unique_ptr<Target>& target : targets_)
        if (target->port == port)
            target->on_call = nullptr;
}

Async<void> Targets::accept(Target& target)
{
    for (;;) {
        auto outcome = co_await target.acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        auto& [error, socket] = outcome;
        if (error)
            co_return;
        scope_.spawn(serve(std::make_unique<Session>(target, std::move(socket))));
    }
}

Async<void> Targets::serve(std::unique_ptr<Session> session)
{
    for (;;) {
        const bool has_come = co_await session->read();
        if (!has_come)
            co_return;
        session->tell();
        if (session->target().delay > std::chrono::milliseconds(0))
            co_await sleep_for(session->target().delay);
        const bool is_taken = co_await session->answer();
        if (!is_taken)
            co_return;
    }
}

Async<void> Targets::stop()
{
    for (const std::unique_ptr<Target>& target : targets_)
        target->on_call = nullptr;
    scope_.cancel();
    co_await scope_.join();
}

} // namespace sluice::bench
