// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.h"
#include "net/router.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>

namespace sluice {

struct ServerLimits {
    std::size_t header_bytes_max = 32u << 10; // request line and headers: 431 above
    std::size_t body_bytes_max = 50u << 20;   // 413 above; a route may have its own
    std::size_t connections_max = 1024;       // 503 above

    std::chrono::milliseconds header_time{10'000}; // from the first byte of a head to its end
    std::chrono::milliseconds body_time{120'000};  // the whole body
    std::chrono::milliseconds idle_time{75'000};   // between two requests of a connection
    std::chrono::milliseconds write_time{60'000};  // until the client takes the next bytes
    std::chrono::milliseconds linger_time{1'000};  // for bytes that come after an early answer
};

// What a request log and metrics want to know of a finished request; never bodies or secrets. The
// references hold during the call.
struct RequestRecord {
    const Request& request;
    const Route* route; // nothing: refused before a route was found
    int status;
    std::chrono::microseconds duration; // from the complete head to the last byte of the answer
    std::size_t bytes_sent;             // of the answer's body
    const Headers* headers = nullptr;   // of the answer, beside those that the server writes
};

struct ServerHooks {
    // Asked after the head and before the body of each request to an authenticated route; may set
    // `identity`. A response refuses the request. Without this hook everybody is let in.
    std::function<Async<std::optional<Response>>(Request&, const Route&)> authenticate = nullptr;

    // Told of each answered request.
    std::function<void(const RequestRecord&)> answered = nullptr;
};

// An HTTP/1.1 server on the loop. Once it listens, the owner ends it with `co_await stop(…)` before
// it dies.
class Server {
public:
    Server(
        asio::any_io_executor executor, Router router, ServerHooks hooks, ServerLimits limits,
        Log log
    );
    ~Server();

    // Begins to accept on an address ("127.0.0.1", "::") and port; 0 takes any free one. May be
    // called for several. Result: the port. Errors: invalid (not an IP address), unavailable.
    Result<std::uint16_t> listen(std::string_view address, std::uint16_t port);

    // Stops accepting, closes idle connections, tells long polls and streams to end, waits up to
    // `patience` for the requests under way, and then cancels what is left.
    Async<void> stop(std::chrono::milliseconds patience);

    const Router& router() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace sluice
