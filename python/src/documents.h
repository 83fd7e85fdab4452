// SPDX-License-Identifier: Apache-2.0
// Documents that the Python part sends and is sent. Only sources include this header.
#pragma once

#include "base/time.h"
#include "errors.h"
#include "model/kinds.h"
#include "model/workflow/rule_json.h"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::python {

// The JSON of a document; Error `invalid`.
inline Json read_json(std::string_view text)
{
    Result<Json> json = parse_json(text, rule_json_limits);
    if (!json)
        raise_invalid({json.error().detail});
    return *std::move(json);
}

// An object whose members `read(ObjectReader&)` asks for. Error `invalid` with all its problems.
template <class Read>
void read_document(std::string_view text, Read read)
{
    const Json json = read_json(text);
    Problems problems;
    const Path root;
    ObjectReader reader(Value{json, root, problems});
    read(reader);
    reader.finish();
    if (!problems.empty())
        raise_invalid(problems.take());
}

struct MillisKind {
    std::int64_t min = 0;
    std::int64_t max = 10LL * 365 * 24 * 3600 * 1000; // ten years

    void read(const Value& value, Micros& out) const
    {
        std::int64_t millis = 0;
        IntegerKind{min, max}.read(value, millis);
        out = std::chrono::milliseconds(millis);
    }
};

// A whole number of another type than IntegerKind's.
template <class T>
struct NumberKind {
    std::int64_t min;
    std::int64_t max;

    void read(const Value& value, T& out) const
    {
        std::int64_t number = min;
        IntegerKind{min, max}.read(value, number);
        out = static_cast<T>(number);
    }
};

// RFC 3339 with Z, and microseconds when there are any.
inline std::string time_text(Time time)
{
    constexpr std::string_view none = ".000000Z";
    std::string text = format_time(time);
    if (text.ends_with(none))
        text.replace(text.size() - none.size(), none.size(), "Z");
    return text;
}

inline Json time_json(const std::optional<Time>& time)
{
    return time ? Json(time_text(*time)) : Json();
}

inline Json text_or_null(const std::string& text)
{
    return text.empty() ? Json() : Json(text);
}

} // namespace sluice::python
