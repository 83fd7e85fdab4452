// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/time.h"

#include <optional>
#include <string>

namespace sluice {

// Members that are null when there is nothing to say.

inline Json time_or_null(const std::optional<Time>& time)
{
    return time ? Json(format_time(*time)) : Json();
}

inline Json text_or_null(const std::string& text)
{
    return text.empty() ? Json() : Json(text);
}

template <class T>
Json value_or_null(const std::optional<T>& value)
{
    return value ? Json(*value) : Json();
}

} // namespace sluice
