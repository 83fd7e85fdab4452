// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"
#include "net/connection.h"
#include "net/request_parser.h"
#include "net/response_head.h"
#include "net/server.h"

namespace sluice {

// What all sessions of a server share; it outlives them.
struct ServerShared {
    Router router;
    ServerHooks hooks;
    ServerLimits limits;
    Log log;
    SeededRandom request_ids;
    bool stopping = false;
    std::time_t date_of = 0; // the second that `date` spells
    std::string date = {};

    std::string_view http_date_now();
};

// The requests of one connection, one after the other.
class HttpSession {
public:
    HttpSession(ServerShared& shared, std::shared_ptr<Connection> connection);

    // Returns when the connection is to be closed.
    Async<void> run();

private:
    enum class Arrival : std::uint8_t {
        request, // the head is complete
        refused, // the head cannot be accepted: `refusal_`
        nothing, // the connection ended instead
    };

    Async<Arrival> read_head();
    std::optional<Arrival> parse_head();
    Arrival refuse_head(Io io);
    void identify();

    Async<Response> answer();
    std::optional<Response> find_route();
    std::optional<Response> check_body() const;
    Async<std::optional<Response>> authenticate();
    Async<std::optional<Response>> read_body();
    bool expects_continue() const;
    Response body_failed(Io io) const;
    Async<void> skip_small_body();
    Async<Response> handle();

    // A cancelled session goes on ending; everything else that is thrown is a bug of the thrower.
    static Async<void> rethrow_cancellation(std::exception_ptr failure);
    Response describe_bug(std::exception_ptr failure) const;
    void log_bug(std::exception_ptr failure) const;
    std::size_t body_bytes_max() const;

    Async<bool> send(const Response& response);
    Async<bool> send_whole(std::string_view body);
    Async<bool> send_stream(const Response& response);
    Framing framing_of(const Response& response) const;
    void make_head(const Response& response);
    void report(const Response& response) const;

    ServerShared& shared_;
    const ServerLimits& limits_;
    std::shared_ptr<Connection> connection_;
    RequestParser parser_;

    // Of the request at hand.
    Request request_;
    const Route* route_ = nullptr;
    std::optional<Response> refusal_;
    Connection::TimePoint started_;
    bool keep_alive_ = true;
    bool is_understood_ = false; // the head was complete, so its method and version are known
    std::string head_;
    std::size_t bytes_sent_ = 0;
};

} // namespace sluice
