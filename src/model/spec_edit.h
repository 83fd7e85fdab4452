// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <string_view>

namespace sluice {

// Applies one `--set path=value` to a pipeline document: "datum_tries=3", "transform.cmd[1]=-x",
// `transform.env["a.b"]=1`. Missing objects on the way are made; an index may be one past the end
// of its list. The value is JSON where it is JSON ("3", "null", "[1]"), else text, and always text
// where the schema wants nothing but text; null on an optional member is its absence.
// The result is not checked: read_pipeline follows.
// Errors (invalid): no '=', a path that is not of this form, an index beyond the end, a path
// through a value that is neither object nor list. `document` is then unchanged.
Result<void> set_field(Json& document, std::string_view assignment);

} // namespace sluice
