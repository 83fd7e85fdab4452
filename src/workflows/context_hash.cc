// SPDX-License-Identifier: Apache-2.0
#include "workflows/context_hash.h"

#include "model/json/json_key.h"

#include <fmt/format.h>

namespace sluice {

std::string context_hash(std::string_view context)
{
    const Result<Json> json = parse_json(context.empty() ? "{}" : context);
    // What was checked before can be parsed; a hash of anything else is as good as another.
    const JsonKey key = json_key(json ? *json : Json(std::string(context)));
    return fmt::format("{:016x}{:016x}", key.high, key.low);
}

} // namespace sluice
