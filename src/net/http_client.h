// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>

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
};

struct ClientRequest {
    Method method = Method::get;
    std::string url = {}; // http or https; what must be percent-encoded in its path and query is
    Headers headers = {};
    std::string body = {};

    std::chrono::milliseconds total_time{30'000}; // from send() to the last byte, waiting included
    std::chrono::milliseconds connect_time{10'000};
    std::size_t body_bytes_max = 16u << 20; // of the response

    // When set, it gets the response's body piece by piece, and `body` stays empty; false ends the
    // request with the status and headers that have come. It must not call the client.
    std::function<bool(std::string_view)> on_body = nullptr;
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
