// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/server.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace sluice {

// The line that is logged for an answered request, as words for programs:
//
//   method=GET path=/task/{id} status=200 bytes=512 ms=1.204 request=9f3c01 key=ci
//
// The path is the pattern of the route, so there are neither ids nor secrets in it; of a path that
// nobody serves, the part that is plain text. Queries are never shown (a handle has its token
// there), and neither are bodies or headers. `key` is the name of the client's API key; empty: it
// has none.
std::string request_line(const RequestRecord& record, std::string_view key);

// The same as an argument of a log, which makes it only when it is shown.
struct RequestLine {
    const RequestRecord& record;
    std::string_view key;
};

} // namespace sluice

template <>
struct fmt::formatter<sluice::RequestLine> : fmt::formatter<std::string_view> {
    template <class FormatContext>
    auto format(const sluice::RequestLine& line, FormatContext& context) const
    {
        const std::string text = sluice::request_line(line.record, line.key);
        return fmt::formatter<std::string_view>::format(text, context);
    }
};
