// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

namespace sluice {

// True for everything but objects and arrays.
bool is_scalar(const Json& value);

// True when `whole` contains `part`, exactly as PostgreSQL's `whole @> part` of jsonb (chapter
// "jsonb Containment and Existence" of its documentation), so that both databases answer alike:
//
//   objects  each member of part is a member of whole by the same name, and its value is contained
//   arrays   each element of part is contained in some element of whole; neither order nor
//            duplicates matter
//   scalars  are equal: numbers by value (1 = 1.0 = 1e0), text byte by byte
//
// A number counts as Json holds it: the server keeps all digits of 0.1000000000000000055, where
// parse_json has read 0.1.
//
// Besides, an array contains a bare scalar that is one of its elements: [1, 2] contains 1. That
// holds for `whole` and `part` themselves, not for what is within them, and not the other way
// round.
//
// Takes time up to the product of both sizes. Recurses as deep as the shallower one is nested:
// JsonLimits::depth_max (base/json.h) bounds that for everything that was parsed.
bool contains(const Json& whole, const Json& part);

} // namespace sluice
