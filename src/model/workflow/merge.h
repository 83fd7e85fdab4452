// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <vector>

namespace sluice {

// How contexts become one, the later merged into the earlier:
//
//   two objects  member by member, new members at the end
//   two arrays   union: the earlier items first, each equal item once, in its first spelling;
//                repeats inside one of them go, too
//   else         the later wins, also where the types differ
//
// Items are equal by value: 1 is 1.0, and the order of members does not matter. What is in one
// context only stays as it is, repeats in its arrays too. Takes time linear in the size of both;
// recurses as deep as they are nested.
void merge_into(Json& earlier, Json later);

// All of them, in their order; the empty object for none, and one as it is.
Json merge_contexts(std::vector<Json> contexts);

} // namespace sluice
