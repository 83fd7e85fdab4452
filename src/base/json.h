// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace sluice {

// A JSON value. Objects keep the order in which they were written.
using Json = nlohmann::ordered_json;

// A good Result: Json converts from nearly everything, which makes the plain conversion ambiguous.
inline Result<Json> json_result(Json value)
{
    return Result<Json>(boost::system::in_place_value, std::move(value));
}

struct JsonLimits {
    std::size_t bytes_max = 50u << 20;
    std::size_t depth_max = 64;
};

// Reads one JSON document. Errors (invalid): not JSON, invalid UTF-8, a key that stands twice in an
// object, nested deeper or larger than the limits, a number that fits neither 64 bits nor a double.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

// One line of JSON. Bytes that are not UTF-8 become U+FFFD.
std::string dump_json(const Json& value);

// The same, indented by two spaces.
std::string dump_json_pretty(const Json& value);

} // namespace sluice
