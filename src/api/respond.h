// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/api.h"
#include "model/validation.h"

#include <chrono>
#include <span>
#include <variant>

namespace sluice {

// What handlers of all resources read and answer in the same way.

// 422 for a specification, with every problem and its path.
Response refused_spec(std::span<const Problem> problems);

// 400 for the body of a request, likewise.
Response refused_body(std::span<const Problem> problems);

Response no_content();

// The JSON body, or the answer that refuses it: 415, 400. Large bodies are parsed off the loop.
using Body = std::variant<Json, Response>;
Async<Body> read_json(Api& api, const Request& request);

// A body that may be left out: an empty object then.
Async<Body> read_optional_json(Api& api, const Request& request);

// Query parameters; a value that cannot be read is an error (invalid) that names it.
std::string query_text(const Request& request, std::string_view name);
Result<std::int64_t> query_integer(
    const Request& request, std::string_view name, std::int64_t fallback, std::int64_t min,
    std::int64_t max
);
enum class Flag : std::uint8_t { off, on };
Result<Flag> query_flag(const Request& request, std::string_view name); // 0, 1, true, false

// The Idempotency-Key header; empty: there is none. Errors (invalid): 1 to 255 bytes of UTF-8 are
// accepted.
Result<std::string> request_key(const Request& request);

// Who asks: the name of the API key, else the `requester` header.
std::string actor_of(const Request& request);

// The request's target with other query parameters, for `Link: <…>; rel="next"`.
std::string next_link(const Request& request, std::string_view parameter, std::string_view value);

} // namespace sluice
