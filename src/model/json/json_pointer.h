// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// One step into a value: the member of an object by its name, the element of an array by its number
// (digits, the first element is 0, no leading zeros). nullptr: there is none.
const Json* child_of(const Json& value, std::string_view name);

// A place within a JSON value (RFC 6901): "" is the value itself, "/a/0" the first element of its
// member 'a'; within a name '~1' stands for '/' and '~0' for '~'.
class JsonPointer {
public:
    JsonPointer() = default; // the value itself

    // Errors (invalid): text that is neither empty nor begins with '/', a '~' before anything else
    // than 0 or 1.
    static Result<JsonPointer> parse(std::string_view text);

    // nullptr: there is no such place. '-', the place behind the last element, is never there.
    const Json* find(const Json& value) const;

    friend bool operator==(const JsonPointer&, const JsonPointer&) = default;

private:
    std::vector<std::string> names_;
};

} // namespace sluice
