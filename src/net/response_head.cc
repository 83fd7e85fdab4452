// SPDX-License-Identifier: Apache-2.0
#include "net/response_head.h"

#include <boost/beast/http/status.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace sluice {

namespace {

void append_field(std::string& out, std::string_view name, std::string_view value)
{
    out.append(name).append(": ");
    const std::size_t begin = out.size();
    out.append(value);
    for (std::size_t i = begin; i < out.size(); ++i)
        if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0')
            out[i] = ' ';
    out.append("\r\n");
}

void append_framing(const ResponseHead& head, std::string& out)
{
    if (head.framing == Framing::length)
        fmt::format_to(
            std::back_inserter(out), "Content-Length: {}\r\n", head.response.body.size()
        );
    if (head.framing == Framing::chunked)
        out.append("Transfer-Encoding: chunked\r\n");
    if (head.persistence == Persistence::close)
        out.append("Connection: close\r\n");
    if (head.persistence == Persistence::keep_alive_1_0)
        out.append("Connection: keep-alive\r\n");
}

} // namespace

void write_head(const ResponseHead& head, std::string& out)
{
    namespace http = boost::beast::http;
    const auto reason =
        http::obsolete_reason(http::int_to_status(static_cast<unsigned>(head.response.status)));
    out.clear();
    fmt::format_to(
        std::back_inserter(out), "HTTP/1.1 {} {}\r\n", head.response.status,
        std::string_view(reason.data(), reason.size())
    );
    append_field(out, "Date", head.date);
    if (!head.response.content_type.empty())
        append_field(out, "Content-Type", head.response.content_type);
    for (const Field& field : head.response.headers)
        append_field(out, field.name, field.value);
    append_field(out, "X-Request-Id", head.request_id);
    append_framing(head, out);
    out.append("\r\n");
}

std::string http_date(std::time_t time)
{
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(time));
}

} // namespace sluice
