// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/rule_value.h"

#include "base/enum_names.h"
#include "model/json/json_key.h"
#include "model/json/json_number.h"

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

constexpr EnumNames<ValueOperator, 8> operators{
    {{ValueOperator::equals, "Equals"},
     {ValueOperator::not_equals, "NotEquals"},
     {ValueOperator::greater_than, "GreaterThan"},
     {ValueOperator::less_than, "LessThan"},
     {ValueOperator::contains, "Contains"},
     {ValueOperator::not_contains, "NotContains"},
     {ValueOperator::exists, "Exists"},
     {ValueOperator::not_exists, "NotExists"}}};

bool is_equal(const Json& a, const Json& b)
{
    return canonical_json(a) == canonical_json(b);
}

bool is_number_less(const Json& a, const Json& b)
{
    // Holds every integer of 64 bits and every double exactly.
    using Wide = long double;
    static_assert(std::numeric_limits<Wide>::digits >= 64);
    const auto wide = [](auto number) { return static_cast<Wide>(number); };
    return std::visit(wide, json_number(a)) < std::visit(wide, json_number(b));
}

bool is_less(const Json& a, const Json& b)
{
    if (a.is_number() && b.is_number())
        return is_number_less(a, b);
    if (a.is_string() && b.is_string())
        return a.get_ref<const std::string&>() < b.get_ref<const std::string&>();
    return false;
}

bool is_containing(const Json& whole, const Json& part)
{
    if (whole.is_array())
        return std::any_of(whole.begin(), whole.end(), [key = canonical_json(part)](const Json& i) {
            return canonical_json(i) == key;
        });
    if (!part.is_string())
        return false;
    const std::string& text = part.get_ref<const std::string&>();
    if (whole.is_object())
        return whole.find(text) != whole.end();
    return whole.is_string() && whole.get_ref<const std::string&>().find(text) != std::string::npos;
}

} // namespace

std::string_view name(ValueOperator op)
{
    return operators.name(op);
}

std::optional<ValueOperator> value_operator(std::string_view name)
{
    return operators.find(name);
}

bool is_value(const Json* value, ValueOperator op, const Json& wanted)
{
    switch (op) {
    case ValueOperator::equals:
        return value && is_equal(*value, wanted);
    case ValueOperator::not_equals:
        return !value || !is_equal(*value, wanted);
    case ValueOperator::greater_than:
        return value && is_less(wanted, *value);
    case ValueOperator::less_than:
        return value && is_less(*value, wanted);
    case ValueOperator::contains:
        return value && is_containing(*value, wanted);
    case ValueOperator::not_contains:
        return !value || !is_containing(*value, wanted);
    case ValueOperator::exists:
        return value != nullptr;
    case ValueOperator::not_exists:
        break;
    }
    return value == nullptr;
}

} // namespace sluice
