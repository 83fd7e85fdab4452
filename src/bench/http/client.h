// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::bench {

// A whole request as it goes over the wire: made once, sent often. `headers`: more of them, each
// with its line end.
std::string request_text(
    std::string_view verb, std::string_view path, std::string_view body = "",
    std::string_view headers = ""
);

// One keep-alive connection to the server, with one call at a time. Lives on the loop. Cheap,
// because it takes its processor time from the server that is measured.
class Client {
public:
    explicit Client(asio::any_io_executor executor);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Errors: unavailable, as for all below.
    Async<Result<void>> connect(std::uint16_t port);

    // Sends a request and reads its answer; the result is the status.
    Async<Result<int>> call(std::string_view request);

    // The same when only this status will do. Errors: invalid (another one, with the answer).
    Async<Result<void>> call(std::string_view request, int expected);

    // Reads the head of the answer alone, for one that goes on and on.
    Async<Result<int>> open(std::string_view request);

    // Sends a request and leaves its answer where it is; then has_answer() says whether there is
    // any of it, or the connection has ended.
    Async<Result<void>> send(std::string_view request);
    bool has_answer();

    // Of the last answer, until the next call.
    const std::string& body() const;
    std::string_view header(std::string_view name) const;

    // What an answer that nobody wanted is to people.
    Error refusal() const;

private:
    struct Parts;

    Async<Result<void>> read_more();

    std::unique_ptr<Parts> parts_;
};

} // namespace sluice::bench
