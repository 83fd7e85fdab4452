// SPDX-License-Identifier: Apache-2.0
#include "net/server.h"

#include "async/task_scope.h"
#include "net/session.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <set>

namespace sluice {

using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds pause_without_descriptors{100};
constexpr std::size_t refusals_at_once_max = 64;

std::chrono::milliseconds shortest(const ServerLimits& limits)
{
    return std::min(
        {limits.header_time, limits.body_time, limits.idle_time, limits.write_time,
         limits.linger_time}
    );
}

// The next connection, or why there is none.
struct Accepted {
    error_code error;
    std::shared_ptr<Connection> connection;
};

} // namespace

class Server::Impl {
public:
    Impl(asio::any_io_executor executor, ServerShared shared)
        : shared_(std::move(shared)),
          executor_(executor),
          scope_(executor, shared_.log),
          first_came_(executor),
          last_left_(executor)
    {}

    Result<std::uint16_t> listen(std::string_view address, std::uint16_t port);
    Async<void> stop(std::chrono::milliseconds patience);
    const Router& router() const { return shared_.router; }

private:
    using Acceptor = asio::ip::tcp::acceptor;

    // Closes a connection and takes it out of the books when its coroutine ends, however it ends.
    class Presence;

    Async<void> accept(Acceptor& acceptor);
    Async<Accepted> accept_one(Acceptor& acceptor);
    Async<void> serve(std::shared_ptr<Connection> connection);
    Async<void> refuse(std::shared_ptr<Connection> connection);
    Async<void> enforce_deadlines();
    void take(std::shared_ptr<Connection> connection);

    ServerShared shared_;
    asio::any_io_executor executor_;
    std::list<Acceptor> acceptors_;
    std::set<Connection*> connections_;
    std::size_t served_ = 0;
    std::size_t refused_ = 0;
    TaskScope scope_;
    Signal first_came_;
    Signal last_left_;
};

Result<std::uint16_t> Server::Impl::listen(std::string_view address, std::uint16_t port)
{
    error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error)
        return Error{
            Errc::invalid,
            fmt::format("listen address '{}': an IP address like 127.0.0.1 is accepted", address)};

    Acceptor acceptor(executor_);
    const asio::ip::tcp::endpoint endpoint(ip, port);
    acceptor.open(endpoint.protocol(), error);
    if (!error)
        acceptor.set_option(Acceptor::reuse_address(true), error);
    if (!error)
        acceptor.bind(endpoint, error);
    if (!error)
        acceptor.listen(Acceptor::max_listen_connections, error);
    if (error)
        return Error{
            Errc::unavailable,
            fmt::format("listen on {} port {}: {}", address, port, error.message())};

    const std::uint16_t bound = acceptor.local_endpoint().port();
    if (acceptors_.empty())
        scope_.spawn(enforce_deadlines());
    scope_.spawn(accept(acceptors_.emplace_back(std::move(acceptor))));
    return bound;
}

Async<Accepted> Server::Impl::accept_one(Acceptor& acceptor)
{
    auto outcome = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    auto& [error, socket] = outcome;
    Accepted accepted{error, nullptr};
    if (!error)
        accepted.connection =
            std::make_shared<Connection>(std::move(socket), shared_.limits.header_bytes_max);
    co_return accepted;
}

Async<void> Server::Impl::accept(Acceptor& acceptor)
{
    while (acceptor.is_open()) {
        Accepted accepted = co_await accept_one(acceptor);
        if (accepted.connection) {
            take(std::move(accepted.connection));
        } else if (acceptor.is_open()) {
            shared_.log.warn("accept a connection: {}", accepted.error.message());
            co_await sleep_for(pause_without_descriptors);
        }
    }
}

void Server::Impl::take(std::shared_ptr<Connection> connection)
{
    if (shared_.stopping)
        return;
    const bool full = served_ >= shared_.limits.connections_max;
    if (full && refused_ >= refusals_at_once_max)
        return;
    connections_.insert(connection.get());
    if (connections_.size() == 1)
        first_came_.notify();
    ++(full ? refused_ : served_);
    scope_.spawn(full ? refuse(std::move(connection)) : serve(std::move(connection)));
}

class Server::Impl::Presence {
public:
    Presence(Impl& server, Connection& connection, std::size_t& kind)
        : server_(server), connection_(connection), kind_(kind)
    {}

    ~Presence()
    {
        connection_.close(); // a read-ahead under way would keep it open
        --kind_;
        server_.connections_.erase(&connection_);
        if (server_.connections_.empty())
            server_.last_left_.notify();
    }

    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

private:
    Impl& server_;
    Connection& connection_;
    std::size_t& kind_;
};

Async<void> Server::Impl::serve(std::shared_ptr<Connection> connection)
{
    const Presence presence(*this, *connection, served_);
    HttpSession session(shared_, connection);
    co_await session.run();
}

Async<void> Server::Impl::refuse(std::shared_ptr<Connection> connection)
{
    const Presence presence(*this, *connection, refused_);
    const Response response = error_response(
        503,
        fmt::format("too many connections; at most {} are accepted", shared_.limits.connections_max)
    );
    const std::string id = fmt::format("{:016x}", shared_.request_ids.next());
    const ResponseHead head{
        .response = response,
        .framing = Framing::length,
        .persistence = Persistence::close,
        .request_id = id,
        .date = shared_.http_date_now(),
    };
    std::string text;
    write_head(head, text);
    co_await connection->write(text, response.body, shared_.limits.write_time);
    co_await connection->linger(shared_.limits.linger_time);
}

Async<void> Server::Impl::enforce_deadlines()
{
    for (;;) {
        while (connections_.empty())
            co_await first_came_.wait();
        // A deadline that is set while we sleep cannot be earlier than the shortest limit.
        const auto now = steady_clock::now();
        auto next = now + shortest(shared_.limits);
        for (Connection* connection : connections_)
            next = std::min(next, connection->enforce_deadline(now));
        co_await sleep_for(next - now);
    }
}

Async<void> Server::Impl::stop(std::chrono::milliseconds patience)
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    shared_.stopping = true;
    for (Acceptor& acceptor : acceptors_) {
        error_code ignored;
        acceptor.close(ignored);
    }
    for (Connection* connection : connections_)
        connection->stop();

    const auto deadline = steady_clock::now() + patience;
    while (!connections_.empty() && steady_clock::now() < deadline)
        co_await last_left_.wait_for(deadline - steady_clock::now());
    scope_.cancel();
    co_await scope_.join();
    connections_.clear(); // those whose session never began
}

Server::Server(
    asio::any_io_executor executor, Router router, ServerHooks hooks, ServerLimits limits, Log log
)
{
    SystemRandom random;
    impl_ = std::make_unique<Impl>(
        std::move(executor),
        ServerShared{
            .router = std::move(router),
            .hooks = std::move(hooks),
            .limits = limits,
            .log = std::move(log),
            .request_ids = SeededRandom(random.next()),
        }
    );
}

Server::~Server() = default;

Result<std::uint16_t> Server::listen(std::string_view address, std::uint16_t port)
{
    return impl_->listen(address, port);
}

Async<void> Server::stop(std::chrono::milliseconds patience)
{
    return impl_->stop(patience);
}

const Router& Server::router() const
{
    return impl_->router();
}

} // namespace sluice
