// SPDX-License-Identifier: Apache-2.0
// The parts of a session that write responses.
#include "net/session.h"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace sluice {

namespace {

// Bodies up to this size are copied behind the head: one buffer is cheaper than two.
constexpr std::size_t copied_body_bytes_max = 2048;

class ChunkWriter final : public BodyWriter {
public:
    ChunkWriter(Connection& connection, Framing framing, std::chrono::milliseconds patience)
        : connection_(connection), framing_(framing), patience_(patience)
    {}

    Async<bool> write(std::string_view piece) override
    {
        if (!is_open_ || piece.empty())
            co_return is_open_;
        sent_ += piece.size();
        if (framing_ == Framing::chunked) {
            chunk_.clear();
            fmt::format_to(std::back_inserter(chunk_), "{:x}\r\n", piece.size());
            chunk_.append(piece).append("\r\n");
            piece = chunk_;
        }
        const Io io = co_await connection_.write(piece, std::string_view(), patience_);
        is_open_ = io == Io::ok && !connection_.has_left();
        co_return is_open_;
    }

    bool is_open() const { return is_open_; }
    std::size_t sent() const { return sent_; }

private:
    Connection& connection_;
    Framing framing_;
    std::chrono::milliseconds patience_;
    std::string chunk_;
    std::size_t sent_ = 0;
    bool is_open_ = true;
};

} // namespace

std::string_view ServerShared::http_date_now()
{
    const std::time_t now = std::time(nullptr);
    if (now != date_of) {
        date_of = now;
        date = http_date(now);
    }
    return date;
}

Framing HttpSession::framing_of(const Response& response) const
{
    if (response.status == 204 || response.status == 304)
        return Framing::none;
    if (!response.stream)
        return Framing::length;
    return is_understood_ && parser_.is_http_1_0() ? Framing::until_close : Framing::chunked;
}

void HttpSession::make_head(const Response& response)
{
    const Framing framing = framing_of(response);
    if (framing == Framing::until_close)
        keep_alive_ = false;
    const Persistence kept = is_understood_ && parser_.is_http_1_0() ? Persistence::keep_alive_1_0
                                                                     : Persistence::keep_alive;
    const ResponseHead head{
        .response = response,
        .framing = framing,
        .persistence = keep_alive_ ? kept : Persistence::close,
        .request_id = request_.id,
        .date = shared_.http_date_now(),
    };
    write_head(head, head_);
}

// True when the connection can take the next request.
Async<bool> HttpSession::send(const Response& response)
{
    make_head(response);
    const bool has_body = request_.method != Method::head && framing_of(response) != Framing::none;
    bool sent = false;
    if (response.stream && has_body) {
        sent = co_await send_stream(response);
    } else {
        const std::string_view body = has_body ? std::string_view(response.body) : "";
        sent = co_await send_whole(body);
    }
    const bool goes_on = sent && keep_alive_;
    co_return goes_on;
}

Async<bool> HttpSession::send_whole(std::string_view body)
{
    bytes_sent_ = body.size();
    if (body.size() <= copied_body_bytes_max) {
        head_.append(body);
        body = {};
    }
    const Io io = co_await connection_->write(head_, body, limits_.write_time);
    co_return io == Io::ok;
}

Async<bool> HttpSession::send_stream(const Response& response)
{
    const Framing framing = framing_of(response);
    const Io io = co_await connection_->write(head_, std::string_view(), limits_.write_time);
    if (io != Io::ok)
        co_return false;

    ChunkWriter writer(*connection_, framing, limits_.write_time);
    std::exception_ptr failure;
    connection_->start_watching();
    try {
        co_await response.stream(request_, writer);
    } catch (...) {
        failure = std::current_exception();
    }
    bytes_sent_ = writer.sent();
    if (failure) {
        co_await rethrow_cancellation(failure);
        log_bug(failure);
        co_return false; // without the last chunk the client sees that the body is not whole
    }
    if (!writer.is_open() || framing != Framing::chunked)
        co_return false;
    const Io last =
        co_await connection_->write("0\r\n\r\n", std::string_view(), limits_.write_time);
    co_return last == Io::ok;
}

void HttpSession::report(const Response& response) const
{
    if (!shared_.hooks.answered)
        return;
    const auto spent = std::chrono::steady_clock::now() - started_;
    shared_.hooks.answered({
        .request = request_,
        .route = route_,
        .status = response.status,
        .duration = std::chrono::duration_cast<std::chrono::microseconds>(spent),
        .bytes_sent = bytes_sent_,
        .headers = &response.headers,
    });
}

} // namespace sluice
