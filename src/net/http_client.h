// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "net/http.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

class AddressGuard;

// For one client: all its requests share connections and these limits.
struct HttpClientOptions {
    std::size_t connections_max = 64; // in all; requests above wait for a free one
    std::size_t connections_per_host_max = 16;
    std::size_t idle_connections_max = 32; // kept open for the next requests
    std::string user_agent = "sluice";
    std::string proxy = {};   // URL; empty: connect directly, whatever the environment says
    std::string ca_file = {}; // PEM, instead of the system's certificate authorities

    // When set, URLs and addresses that it refuses are not reached, whatever a name server answers.
    // It outlives the client; not together with a proxy, which would look names up by itself.
    const AddressGuard* guard = nullptr;

    // What one request holds of a body on its way. Large ones make large bodies cheaper.
    std::size_t receive_buffer_bytes = 16u << 10; // 1 KiB to 512 KiB
    std::size_t send_buffer_bytes = 64u << 10;    // 16 KiB to 2 MiB
};

// Where the body of a response goes when it may be large. Both calls come on the loop; neither may
// destroy the client.
class BodySink {
public:
    virtual ~BodySink() = default;

    // The head is complete. False: the body goes into ClientResponse::body after all, as the text
    // of an error should. Comes once, also when there is no body; it must not call the client.
    virtual bool wants(int status, const Headers& headers) = 0;

    // The next piece, borrowed until it returns: some receive_buffer_bytes, fewer only at the end.
    // Meanwhile one buffer more is read from the connection, and nothing else. False ends the
    // request as if the body were complete.
    virtual Async<bool> take(std::string_view piece) = 0;
};

struct ClientRequest {
    Method method = Method::get;
    std::string url = {}; // http or https; what must be percent-encoded in its path and query is
    Headers headers = {};
    std::string body = {};
    std::shared_ptr<const std::string> shared_body = nullptr; // instead of `body`, not copied

    // Resolved: "/a/../b" is sent as "/b". As it is: unchanged, as the keys of buckets need it.
    enum class Path : std::uint8_t { resolved, as_it_is };
    Path path = Path::resolved;

    std::chrono::milliseconds total_time{30'000}; // from send() to the last byte, waiting included
    std::chrono::milliseconds connect_time{10'000};
    std::optional<std::chrono::seconds> stall_time = {}; // so long without a byte: timed_out
    std::size_t body_bytes_max = 16u << 20;              // of the response; none for a sink

    // Who gets the response's body, if not ClientResponse::body. `on_body` is for streams: it gets
    // each piece as soon as that comes; false ends the request with the status and headers that
    // have come. It must not call the client.
    std::function<bool(std::string_view)> on_body = nullptr;

    // For large bodies: the sink gets full buffers, and may take its time, which is no stall. It
    // outlives the request. What had come before an error is given to it first. With both, the sink
    // is told the head, and `on_body` gets the body unless the sink wants it.
    BodySink* sink = nullptr;

    std::optional<std::size_t> receive_buffer_bytes = {}; // instead of the client's
};

struct ClientResponse {
    int status = 0;
    Headers headers;
    std::string body;
};

// Outgoing HTTP on the loop: connections are reused, redirects are not followed. Made, used and
// destroyed on the loop thread; outlives its requests.
class HttpClient {
public:
    HttpClient(asio::any_io_executor executor, HttpClientOptions options);
    ~HttpClient();

    // Sends one request. Any status is a success: is_retryable_status (net/backoff.h) says which
    // may be tried again. Cancellation of the caller ends the request. Errors: invalid (URL or
    // header, a host or address that the guard refuses, a response larger than the limit),
    // timed_out, unavailable (everything else that happens on a network). Error texts name the
    // host, never the rest of the URL.
    Async<Result<ClientResponse>> send(ClientRequest request);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace sluice
