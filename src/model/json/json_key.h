// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

// A JSON value as text that is the same for equal values and differs for others:
//
//   objects  members sorted by the bytes of their names
//   numbers  whole ones from -2^63 up to 2^64 - 1 by their digits, so that 1, 1.0 and 1e0 give 1,
//            and -0 gives 0; all others, fractions and larger ones, by the fewest digits that read
//            back as the same double, always with an exponent: 5e-01, 1.25e+00, 1e+300
//   text     '"', '\' and control characters escaped (\", \\, \u000a), other bytes as they are
//
// It is JSON again, without spaces, and reads back as an equal value. Not RFC 8785, whose numbers
// are all doubles: 9007199254740993 would become 9007199254740992.
//
// Recurses as deep as the value is nested: JsonLimits::depth_max (base/json.h) bounds that for
// everything that was parsed.
std::string canonical_json(const Json& value);

// Stands for a value wherever equal ones have to be found: two values have the same key exactly
// when they have the same canonical text, short of a collision of 128 bits. Keys are stored in
// databases: what they are made of may never change.
struct JsonKey {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    friend auto operator<=>(const JsonKey&, const JsonKey&) = default;
};

// The first half of the SHA-256 of canonical_json(value), as two numbers in network byte order.
JsonKey json_key(const Json& value);

using NamedJson = std::pair<std::string_view, const Json*>;

// One key for several values, whose names take part: that of an object with these members, in any
// order. No name stands twice and no value is missing. Pass a span, json_key(std::span(values)):
// Json converts from vectors and arrays too, which makes the call ambiguous.
JsonKey json_key(std::span<const NamedJson> values);

} // namespace sluice
