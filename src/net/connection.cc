// SPDX-License-Identifier: Apache-2.0
#include "net/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>

namespace sluice {

using boost::system::error_code;

namespace {

constexpr std::size_t read_bytes = 4096;
constexpr std::chrono::milliseconds ask_again{50};

std::string address_of(const asio::ip::tcp::socket& socket)
{
    error_code error;
    const asio::ip::tcp::endpoint remote = socket.remote_endpoint(error);
    return error ? std::string("unknown") : remote.address().to_string();
}

// The rest of two parts after their first `count` bytes.
void drop_front(std::string_view& first, std::string_view& second, std::size_t count)
{
    const std::size_t of_first = std::min(count, first.size());
    first.remove_prefix(of_first);
    second.remove_prefix(count - of_first);
}

} // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::size_t read_ahead_max)
    : socket_(std::move(socket)),
      remote_(address_of(socket_)),
      read_ahead_max_(read_ahead_max),
      read_ahead_ended_(socket_.get_executor())
{
    error_code ignored; // a client that is gone already shows at the first read
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

Async<Io> Connection::read_more(std::size_t room)
{
    // Asio waits for news after it has seen the end, and there are none.
    if (left_)
        co_return Io::ended;
    const std::span<char> space = buffer_.room(room);
    const asio::mutable_buffer target(space.data(), space.size());
    auto outcome = co_await socket_.async_read_some(target, asio::as_tuple(asio::use_awaitable));
    auto& [error, count] = outcome;
    buffer_.filled(count);
    left_ = error && error != asio::error::operation_aborted;
    co_return classify(error);
}

Async<Io> Connection::write(
    std::string_view first, std::string_view second, std::chrono::milliseconds patience
)
{
    while (!first.empty() || !second.empty()) {
        const std::array<asio::const_buffer, 2> parts{
            asio::const_buffer(first.data(), first.size()),
            asio::const_buffer(second.data(), second.size())};
        expire_after(patience);
        auto outcome =
            co_await socket_.async_write_some(parts, asio::as_tuple(asio::use_awaitable));
        auto& [error, count] = outcome;
        if (error)
            co_return classify(error);
        drop_front(first, second, count);
    }
    never_expire();
    co_return Io::ok;
}

Async<void> Connection::linger(std::chrono::milliseconds limit)
{
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    expire_after(limit);
    Io io = Io::ok;
    while (io == Io::ok && !expired_) {
        buffer_.used(buffer_.size());
        io = co_await read_more(read_bytes);
    }
}

void Connection::close()
{
    error_code ignored;
    socket_.close(ignored);
}

void Connection::expire_after(std::chrono::milliseconds limit)
{
    deadline_ = std::chrono::steady_clock::now() + limit;
    expired_ = false;
}

Connection::TimePoint Connection::enforce_deadline(TimePoint now)
{
    if (deadline_ > now)
        return deadline_;
    // An operation that has just ended cannot be interrupted: ask for the next one too.
    expired_ = true;
    error_code ignored;
    socket_.cancel(ignored);
    return now + ask_again;
}

void Connection::stop()
{
    stopping_ = true;
    notify();
    error_code ignored;
    if (idle_)
        socket_.cancel(ignored);
}

void Connection::start_watching()
{
    watch_ending_ = false;
    if (!reading_ahead_ && !left_)
        read_ahead();
}

Async<void> Connection::stop_watching()
{
    watch_ending_ = true;
    error_code ignored;
    if (reading_ahead_)
        socket_.cancel(ignored);
    while (reading_ahead_)
        co_await read_ahead_ended_.wait();
}

void Connection::attach(Signal& signal)
{
    watchers_.push_back(&signal);
    start_watching();
}

void Connection::detach(Signal& signal)
{
    watchers_.erase(std::find(watchers_.begin(), watchers_.end(), &signal));
}

void Connection::read_ahead()
{
    // A client may send its next requests early, but only so much; past that it is not watched.
    if (buffer_.size() >= read_ahead_max_)
        return;
    reading_ahead_ = true;
    const std::span<char> space = buffer_.room(read_bytes);
    socket_.async_read_some(
        asio::mutable_buffer(space.data(), space.size()),
        [self = shared_from_this()](const error_code& error, std::size_t count) {
            self->read_ahead_ended(error, count);
        }
    );
}

void Connection::read_ahead_ended(const error_code& error, std::size_t count)
{
    reading_ahead_ = false;
    buffer_.filled(count);
    if (watch_ending_)
        read_ahead_ended_.notify();
    if (error && error != asio::error::operation_aborted) {
        left_ = true;
        notify();
    }
    if (!error && !watch_ending_)
        read_ahead();
}

void Connection::notify()
{
    for (Signal* signal : watchers_)
        signal->notify();
}

Io Connection::classify(const error_code& error) const
{
    if (!error)
        return Io::ok;
    if (error == asio::error::eof)
        return Io::ended;
    return expired_ ? Io::timed_out : Io::broken;
}

} // namespace sluice
