// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/signal.h"
#include "base/json.h"
#include "base/result.h"

#include <any>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

std::string_view name(Method method); // "GET"; "other" has the name "?"
Method method_of(std::string_view name);

// A name with its value: a header, a query parameter, a named part of a path.
struct Field {
    std::string name;
    std::string value;

    friend bool operator==(const Field&, const Field&) = default;
};

// Headers in their order; names are found without regard to case.
class Headers {
public:
    Headers() = default;
    Headers(std::initializer_list<Field> fields) : fields_(fields) {}

    void add(std::string_view name, std::string_view value);
    void clear() { fields_.clear(); }

    // The first value; nothing when there is no such header.
    std::optional<std::string_view> find(std::string_view name) const;
    std::size_t count(std::string_view name) const;

    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }

private:
    std::vector<Field> fields_;
};

bool same_header(std::string_view a, std::string_view b); // equal but for the case of ASCII letters

// The target of a request, percent-decoded. "/" has one empty segment.
struct RequestTarget {
    std::string path; // as it was sent, without the query
    std::vector<std::string> segments;
    std::vector<Field> query;
};

// Errors (invalid): neither an absolute path nor an http URL.
Result<RequestTarget> parse_target(std::string_view text);

// The client's end of the connection while its request is being handled.
class Peer {
public:
    // The client has closed its sending side, or the connection is broken. Known only while a
    // PeerWatch stands or the answer is being streamed.
    virtual bool has_left() const = 0;

    // The server ends and gives requests under way a short time: a long poll answers now.
    virtual bool is_stopping() const = 0;

protected:
    ~Peer() = default;

private:
    friend class PeerWatch;
    virtual void attach(Signal& signal) = 0;
    virtual void detach(Signal& signal) = 0;
};

// One request. It lives in the server until its response has been written, so handlers may borrow
// it over their awaits.
struct Request {
    Method method = Method::get;
    RequestTarget target;
    std::vector<Field> path_fields; // what the {names} of the route's pattern stand for
    Headers headers;
    std::string body;
    std::string remote; // the client's address, without the port
    std::string id;     // of this request, for logs; answered as X-Request-Id
    std::any identity;  // what the authentication hook found out; its type is the hook's affair
    Peer* peer = nullptr;

    // The value of a {name} of the route's pattern; asking for another is a bug.
    const std::string& path_field(std::string_view name) const;

    // The first query parameter of that name.
    std::optional<std::string_view> query_field(std::string_view name) const;

    // False once nobody waits for a late answer: the client has left or the server stops.
    bool is_awaited() const { return !peer || !(peer->has_left() || peer->is_stopping()); }
};

// Notifies `signal` when `request.is_awaited()` becomes false, for as long as it stands. A long
// poll makes one with the signal on which it waits for news.
class PeerWatch {
public:
    PeerWatch(const Request& request, Signal& signal);
    ~PeerWatch();
    PeerWatch(const PeerWatch&) = delete;
    PeerWatch& operator=(const PeerWatch&) = delete;

private:
    Peer* peer_;
    Signal& signal_;
};

// Where a streamed body goes.
class BodyWriter {
public:
    // Sends one piece now; borrows it until it returns. False when the client has left: the stream
    // should end.
    virtual Async<bool> write(std::string_view piece) = 0;

protected:
    ~BodyWriter() = default;
};

// Writes the body piece by piece and returns at its end. When it throws, the connection is cut so
// that the client sees that the body is incomplete.
using BodyStream = std::function<Async<void>(const Request&, BodyWriter&)>;

struct Response {
    int status = 200;
    std::string content_type = {}; // empty: none
    std::string body = {};
    Headers headers = {}; // beside those that the server writes: Content-Type, Content-Length, …
    BodyStream stream = nullptr; // when set, instead of `body`
};

// The only table from errors to HTTP: not_found 404, conflict 409, invalid 400, unauthorized 401,
// unavailable 503, timed_out 504, overloaded 429, corrupt 500.
int http_status(Errc code);

Response json_response(int status, const Json& value);

// `{"error": message}` with `details` (an array), or with `status` where there are none. 429 and
// 503 carry Retry-After.
Response error_response(int status, std::string_view message, Json details = nullptr);
Response error_response(const Error& error);

// A 415 unless the request says that its body is JSON.
std::optional<Response> require_json(const Request& request);

} // namespace sluice
