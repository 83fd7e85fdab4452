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

// To the text of an array without its brackets, which grows by one document after the other.
inline void add_element(std::string& text, const Json& element)
{
    if (!text.empty())
        text += ',';
    text += dump_json(element);
}

} // namespace sluice
