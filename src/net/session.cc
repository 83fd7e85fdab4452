// SPDX-License-Identifier: Apache-2.0
#include "net/session.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::size_t head_read_bytes = 4096;
constexpr std::size_t request_id_bytes_max = 128;

bool is_request_id(std::string_view text)
{
    constexpr std::string_view marks = "-_.:";
    return !text.empty() && text.size() <= request_id_bytes_max &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      marks.find(c) != std::string_view::npos;
           });
}

Response method_not_allowed(Method method, const std::vector<Method>& allowed)
{
    std::vector<std::string> names;
    for (Method each : allowed)
        if (std::find(names.begin(), names.end(), name(each)) == names.end())
            names.emplace_back(name(each));
    const std::string list = join(names, ", ");
    Response response = error_response(
        405, fmt::format("method '{}' on this path: {} is accepted", name(method), list)
    );
    response.headers.add("Allow", list);
    return response;
}

} // namespace

HttpSession::HttpSession(ServerShared& shared, std::shared_ptr<Connection> connection)
    : shared_(shared), limits_(shared.limits), connection_(std::move(connection))
{}

Async<void> HttpSession::run()
{
    bool open = true;
    while (open) {
        const Arrival arrival = co_await read_head();
        if (arrival == Arrival::nothing)
            break;
        Response response;
        if (arrival == Arrival::refused) {
            response = std::move(*refusal_);
            keep_alive_ = false;
        } else {
            Response answered = co_await answer();
            response = std::move(answered);
        }
        keep_alive_ = keep_alive_ && !shared_.stopping;
        open = co_await send(response);
        report(response);
        co_await connection_->stop_watching();
    }
    if (is_understood_ ? !parser_.is_complete() : refusal_.has_value())
        co_await connection_->linger(limits_.linger_time);
}

Async<HttpSession::Arrival> HttpSession::read_head()
{
    request_ = Request{};
    request_.peer = connection_.get();
    route_ = nullptr;
    refusal_.reset();
    is_understood_ = false;
    bytes_sent_ = 0;
    parser_.start(request_, limits_.header_bytes_max);

    ReadBuffer& buffer = connection_->buffer();
    bool begun = false;
    connection_->expire_after(limits_.idle_time);
    for (;;) {
        const std::size_t unparsed = buffer.size();
        if (const std::optional<Arrival> arrival = parse_head())
            co_return *arrival;
        if (!begun && (unparsed > 0 || !buffer.empty())) {
            begun = true;
            connection_->expire_after(limits_.header_time);
        }
        if (!begun && shared_.stopping)
            co_return Arrival::nothing;
        connection_->set_idle(!begun);
        const Io io = co_await connection_->read_more(head_read_bytes);
        connection_->set_idle(false);
        if (io != Io::ok && (io == Io::broken || !begun))
            co_return Arrival::nothing;
        if (io != Io::ok)
            co_return refuse_head(io);
    }
}

std::optional<HttpSession::Arrival> HttpSession::parse_head()
{
    ReadBuffer& buffer = connection_->buffer();
    // Some clients end a body with a line break that does not belong to it (RFC 9112, section 2.2).
    while (request_.target.path.empty() && buffer.bytes().starts_with("\r\n"))
        buffer.used(2);
    if (buffer.empty())
        return std::nullopt;

    RequestParser::Step step = parser_.parse_head(buffer.bytes());
    buffer.used(step.used);
    if (step.done || step.refusal) {
        started_ = std::chrono::steady_clock::now();
        identify();
    }
    if (step.refusal) {
        refusal_ = std::move(step.refusal);
        return Arrival::refused;
    }
    if (!step.done)
        return std::nullopt;
    connection_->never_expire(); // how long a handler takes is its own affair
    is_understood_ = true;
    keep_alive_ = parser_.keeps_alive();
    return Arrival::request;
}

// A part of a head has come and no more will.
HttpSession::Arrival HttpSession::refuse_head(Io io)
{
    started_ = std::chrono::steady_clock::now();
    identify();
    refusal_ = io == Io::timed_out
                   ? error_response(408, "the request's head did not come within the limit")
                   : error_response(400, "the connection ended within the request's head");
    return Arrival::refused;
}

void HttpSession::identify()
{
    request_.remote = connection_->remote();
    const std::string_view given = request_.headers.find("X-Request-Id").value_or("");
    request_.id = is_request_id(given) ? std::string(given)
                                       : fmt::format("{:016x}", shared_.request_ids.next());
}

Async<Response> HttpSession::answer()
{
    std::optional<Response> refusal = find_route();
    if (!refusal) {
        std::optional<Response> refused = co_await authenticate();
        refusal = std::move(refused);
    }
    if (!refusal)
        refusal = check_body();
    if (refusal) {
        co_await skip_small_body();
        co_return std::move(*refusal);
    }
    std::optional<Response> unreadable = co_await read_body();
    if (unreadable) {
        keep_alive_ = false;
        co_return std::move(*unreadable);
    }
    Response response = co_await handle();
    co_return response;
}

std::optional<Response> HttpSession::find_route()
{
    Router::Match match = shared_.router.find(request_.method, request_.target.segments);
    if (!match.route && match.allowed.empty())
        return error_response(
            404, fmt::format("no such path: '{}'", printable(request_.target.path))
        );
    if (!match.route)
        return method_not_allowed(request_.method, match.allowed);
    route_ = match.route;
    request_.path_fields = std::move(match.path_fields);
    return std::nullopt;
}

bool HttpSession::expects_continue() const
{
    return same_header(request_.headers.find("Expect").value_or(""), "100-continue");
}

// What the head says about the body.
std::optional<Response> HttpSession::check_body() const
{
    const std::optional<std::string_view> expect = request_.headers.find("Expect");
    if (expect && !expects_continue())
        return error_response(417, "Expect header: only '100-continue' is accepted");
    const std::optional<std::uint64_t> length = parser_.content_length();
    if (length && *length > body_bytes_max())
        return error_response(
            413,
            fmt::format(
                "a body of {} bytes is larger than the limit of {} bytes", *length, body_bytes_max()
            )
        );
    return std::nullopt;
}

std::size_t HttpSession::body_bytes_max() const
{
    const bool has_own = route_ && route_->body_bytes_max;
    return has_own ? *route_->body_bytes_max : limits_.body_bytes_max;
}

} // namespace sluice
