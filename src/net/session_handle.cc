// SPDX-License-Identifier: Apache-2.0
// The parts of a session that run code of others and read bodies for it.
#include "net/session.h"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::size_t body_read_bytes = 64u << 10;
constexpr std::size_t skipped_body_bytes_max = 64u << 10;
constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

std::string what(std::exception_ptr failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "an unknown exception";
    }
}

} // namespace

Async<void> HttpSession::rethrow_cancellation(std::exception_ptr failure)
{
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        std::rethrow_exception(failure);
}

void HttpSession::log_bug(std::exception_ptr failure) const
{
    shared_.log.error(
        "{} {} (request {}) ended with {}", name(request_.method), route_->pattern, request_.id,
        what(failure)
    );
}

Response HttpSession::describe_bug(std::exception_ptr failure) const
{
    log_bug(failure);
    return error_response(500, fmt::format("internal error; request '{}'", request_.id));
}

Async<std::optional<Response>> HttpSession::authenticate()
{
    std::optional<Response> refusal;
    if (route_->access == Access::open || !shared_.hooks.authenticate)
        co_return refusal;
    std::exception_ptr failure;
    try {
        std::optional<Response> verdict = co_await shared_.hooks.authenticate(request_, *route_);
        refusal = std::move(verdict);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        co_await rethrow_cancellation(failure);
        refusal = describe_bug(failure);
    }
    co_return refusal;
}

Async<Response> HttpSession::handle()
{
    Response response;
    std::exception_ptr failure;
    try {
        Response made = co_await route_->handle(request_);
        response = std::move(made);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        co_await rethrow_cancellation(failure);
        response = describe_bug(failure);
    }
    co_return response;
}

Async<std::optional<Response>> HttpSession::read_body()
{
    std::optional<Response> refusal;
    if (parser_.is_complete())
        co_return refusal;

    ReadBuffer& buffer = connection_->buffer();
    parser_.limit_body(body_bytes_max());
    if (buffer.empty() && expects_continue() && !parser_.is_http_1_0())
        co_await connection_->write(continue_line, std::string_view(), limits_.write_time);
    connection_->expire_after(limits_.body_time);
    for (;;) {
        if (!buffer.empty()) {
            RequestParser::Step step = parser_.parse_body(buffer.bytes());
            buffer.used(step.used);
            if (step.done || step.refusal) {
                connection_->never_expire();
                co_return std::move(step.refusal);
            }
        }
        // What stays unparsed is a chunk's own head or the trailers.
        if (buffer.size() > limits_.header_bytes_max) {
            refusal = error_response(431, "the head of a chunk is larger than the limit");
            co_return refusal;
        }
        const Io io = co_await connection_->read_more(body_read_bytes);
        if (io != Io::ok) {
            refusal = body_failed(io);
            co_return refusal;
        }
    }
}

Response HttpSession::body_failed(Io io) const
{
    if (io == Io::timed_out)
        return error_response(408, "the request's body did not come within the limit");
    const std::optional<std::uint64_t> length = parser_.content_length();
    if (!length)
        return error_response(400, "the connection ended within the request's chunked body");
    return error_response(
        400, fmt::format(
                 "the connection ended after {} of {} bytes of the request's body",
                 request_.body.size(), *length
             )
    );
}

// An early answer keeps the connection when little is left to read.
Async<void> HttpSession::skip_small_body()
{
    if (parser_.is_complete())
        co_return;
    const std::optional<std::uint64_t> length = parser_.content_length();
    if (!length || *length > skipped_body_bytes_max || expects_continue()) {
        keep_alive_ = false;
        co_return;
    }
    const std::optional<Response> refusal = co_await read_body();
    if (refusal)
        keep_alive_ = false;
}

} // namespace sluice
