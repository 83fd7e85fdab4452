// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http.h"

#include <ctime>

namespace sluice {

enum class Framing : std::uint8_t {
    length,      // Content-Length
    chunked,     // Transfer-Encoding: chunked
    until_close, // a stream to an HTTP/1.0 client
    none,        // 204 and 304 have no body at all
};

enum class Persistence : std::uint8_t { keep_alive, keep_alive_1_0, close };

struct ResponseHead {
    const Response& response;
    Framing framing;
    Persistence persistence;
    std::string_view request_id;
    std::string_view date;
};

// Replaces `out` by the bytes of the head. Line breaks in header values become blanks, so that no
// value can forge another header.
void write_head(const ResponseHead& head, std::string& out);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).
std::string http_date(std::time_t time);

} // namespace sluice
