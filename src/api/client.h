// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "net/http_client.h"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// A server's HTTP API as seen by workers and the CLI. Lives on the loop and outlives its calls.
class ApiClient {
public:
    struct Options {
        std::string server;       // "http://host:8085", checked by make()
        std::string key;          // API key; empty: none
        std::string ca_file = {}; // as HttpClientOptions::ca_file
    };

    // Errors (invalid): a server that is not an http or https URL.
    static Result<std::unique_ptr<ApiClient>> make(asio::any_io_executor executor, Options options);

    // Of what names the files of a datum, which may be many: five times what a datum may have.
    static constexpr std::size_t datum_answer_bytes_max = 256u << 20;

    struct Call {
        Method method = Method::get;
        std::string path;    // "/jobs/list?limit=10"; see url_part()
        Json json = nullptr; // the body; null: none
        std::string bytes;   // or this one
        Headers headers;
        std::chrono::milliseconds time{30'000};
        std::size_t answer_bytes_max = 16u << 20;
        std::vector<int> accepted = {}; // statuses that are answers, too, beside those from 200 on

        // When set, it gets the body of a good answer piece by piece; false ends the call.
        std::function<bool(std::string_view)> on_body;
    };

    struct Answer {
        int status = 0;
        Json json = nullptr; // a string when the body is plain text
        Headers headers;
    };

    // One request. Errors: those of HttpClient with the server's name; what the server says against
    // it, with all details: not_found 404, conflict 409, unauthorized 401 and 403, overloaded 429,
    // unavailable and timed_out (what may be tried again), else invalid; invalid for a server of
    // another protocol.
    Async<Result<Answer>> ask(Call call);

    const std::string& server() const { return options_.server; }

private:
    ApiClient(asio::any_io_executor executor, Options options);
    ClientRequest request_of(Call& call) const;

    Options options_;
    HttpClient http_;
};

// Makes a call of a worker, once or again and again while it may succeed later.
using ApiCaller = std::function<Async<Result<ApiClient::Answer>>(ApiClient::Call)>;

// A text as one segment of a path or one value of a query.
std::string url_part(std::string_view text);

} // namespace sluice
