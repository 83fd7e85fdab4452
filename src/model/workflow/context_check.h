// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/validation.h"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// What a context may hold, in the database and on its way there: a JSON object whose numbers are
// finite and whose text is UTF-8. Problems have the key as their path, "a.b[2]".

struct ContextLimits {
    std::size_t bytes_max = 16u << 20;
    std::size_t depth_max = 100; // of the value of a key
};

// The first thing that keeps `context` from being one; what was parsed has none but its type.
std::optional<Problem> context_problem(const Json& context, const ContextLimits& limits = {});

// For people: "context key 'a.b[2]': NaN is not a JSON value".
std::string format_context_problem(const Problem& problem);

// Reads what a program gives as text. A mistake names the key at which it stands, also where the
// text is no JSON. Errors: invalid.
Checked<Json> read_context(std::string_view text, const ContextLimits& limits = {});

// The text to store; "" for the empty context, which is not stored. Errors (invalid): a problem of
// the value, or its size: "the context of task 'x' has 17,000,123 bytes; 16,777,216 are allowed".
// `whose` is how the message calls it: "the context of task 'x'".
Result<std::string>
write_context(const Json& context, std::string_view whose, const ContextLimits& limits = {});

// The text to store of what a program gives as text; "" is the empty context. Errors: as of the
// two.
Result<std::string>
context_to_store(std::string_view text, std::string_view whose, const ContextLimits& limits = {});

// A stored context; "" is the empty one. Errors: corrupt.
Result<Json> stored_context(std::string_view text, const ContextLimits& limits = {});

// The error of a context of so many bytes, for those who have it as text only.
Error context_too_large(std::string_view whose, std::size_t bytes, std::size_t bytes_max);

} // namespace sluice
