// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <string>

namespace sluice::testing {

// Calls `visit(path, property)` for each property at any depth; recursion stops at "$ref".
template <class Visit>
void each_property(const Json& schema, const std::string& path, const Visit& visit)
{
    if (schema.contains("properties"))
        for (const auto& [key, property] : schema["properties"].items()) {
            visit(path + "/" + key, property);
            each_property(property, path + "/" + key, visit);
        }
    if (schema.contains("items"))
        each_property(schema["items"], path, visit);
    for (const char* choices : {"oneOf", "anyOf"})
        if (schema.contains(choices))
            for (const Json& choice : schema[choices])
                each_property(choice, path, visit);
}

} // namespace sluice::testing
