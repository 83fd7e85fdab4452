// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http.h"

#include <span>

namespace sluice {

// Answers one request. Called once per request on the loop; the request outlives the coroutine.
// What a handler captures must outlive the server.
using Handler = std::function<Async<Response>(const Request&)>;

enum class Access : std::uint8_t {
    authenticated, // the server's authentication hook decides
    open,          // anybody
};

struct Route {
    Method method = Method::get;
    std::string pattern = {}; // "/jobs/{id}/describe"; {name} stands for one whole segment
    Access access = Access::authenticated;
    std::optional<std::size_t> body_bytes_max = std::nullopt; // instead of the server's limit
    Handler handle = nullptr;
};

// The table of all routes. A literal segment wins over a {name} in the same place.
class Router {
public:
    // Two routes of one method that match the same paths, and names that stand twice, are bugs.
    void add(Route route);

    // All routes in the order in which they were added.
    std::vector<const Route*> routes() const;

    struct Match {
        const Route* route = nullptr;   // nothing: see `allowed`
        std::vector<Field> path_fields; // the {names} of the pattern
        std::vector<Method> allowed;    // methods of this path; empty: the path is unknown
    };

    // HEAD is answered by the GET route of its path.
    Match find(Method method, std::span<const std::string> segments) const;

private:
    struct Entry {
        Route route;
        std::vector<std::string> segments; // a {name} keeps its braces
    };

    std::vector<Entry> entries_;
};

} // namespace sluice
