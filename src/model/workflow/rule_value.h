// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

// What a rule asks of a value in a task's merged input. A missing key is not equal, does not
// contain and does not exist; all else about it is false.
enum class ValueOperator : std::uint8_t {
    equals, // as JSON values: 1 is 1.0, the order of members does not matter
    not_equals,
    greater_than, // of two numbers or two texts (by their bytes), else false
    less_than,
    contains, // text in text, item in array, key in object, else false
    not_contains,
    exists,
    not_exists,
};

std::string_view name(ValueOperator op); // "GreaterThan"
std::optional<ValueOperator> value_operator(std::string_view name);

// Whether a value of a context, nullptr when there is none, is what `op` asks of it and `wanted`.
bool is_value(const Json* value, ValueOperator op, const Json& wanted);

} // namespace sluice
