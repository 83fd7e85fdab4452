// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http.h"

#include <memory>

namespace sluice {

// Reads the bytes of one request after the other into a Request (RFC 9112). No I/O.
class RequestParser {
public:
    RequestParser();
    ~RequestParser();

    // Begins the next request; `into` must stay until it is complete.
    void start(Request& into, std::size_t header_bytes_max);

    struct Step {
        std::size_t used = 0;            // bytes taken from the front
        bool done = false;               // the head, or the body, is complete
        std::optional<Response> refusal; // the request cannot be understood; close afterwards
    };

    // Until the head is done, then (unless is_complete) until the body is done.
    Step parse_head(std::string_view bytes);
    Step parse_body(std::string_view bytes);

    // After the head, before the body.
    void limit_body(std::size_t bytes_max);
    std::optional<std::uint64_t> content_length() const; // nothing: chunked, or no body

    bool is_complete() const;
    bool keeps_alive() const; // what the request asks for
    bool is_http_1_0() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace sluice
