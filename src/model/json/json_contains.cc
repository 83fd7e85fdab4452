// SPDX-License-Identifier: Apache-2.0
#include "model/json/json_contains.h"

#include "model/json/json_number.h"

#include <algorithm>

namespace sluice {

namespace {

bool contains_within(const Json& whole, const Json& part);

bool is_same_scalar(const Json& a, const Json& b)
{
    if (a.is_number() && b.is_number())
        return json_number(a) == json_number(b);
    return a.type() == b.type() && a == b;
}

bool contains_members(const Json& whole, const Json& part)
{
    for (const auto& [name, value] : part.items()) {
        const auto found = whole.find(name);
        if (found == whole.end() || !contains_within(*found, value))
            return false;
    }
    return true;
}

bool has_element(const Json& array, const Json& part)
{
    return std::any_of(array.begin(), array.end(), [&part](const Json& element) {
        return contains_within(element, part);
    });
}

bool contains_elements(const Json& whole, const Json& part)
{
    return std::all_of(part.begin(), part.end(), [&whole](const Json& element) {
        return has_element(whole, element);
    });
}

// Without the exception for a bare scalar.
bool contains_within(const Json& whole, const Json& part)
{
    if (whole.is_object() && part.is_object())
        return contains_members(whole, part);
    if (whole.is_array() && part.is_array())
        return contains_elements(whole, part);
    return is_same_scalar(whole, part);
}

} // namespace

bool is_scalar(const Json& value)
{
    return !value.is_structured();
}

bool contains(const Json& whole, const Json& part)
{
    if (whole.is_array() && is_scalar(part))
        return has_element(whole, part);
    return contains_within(whole, part);
}

} // namespace sluice
