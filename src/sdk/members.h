// SPDX-License-Identifier: Apache-2.0
// How what users say becomes the JSON and the queries that the server reads.
#pragma once

#include "sluice/json.h"
#include "sluice/results.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::client {

std::string format_time(Time time); // RFC 3339 in UTC

template <class T>
Json to_json(const T& value)
{
    if constexpr (requires { value.to_json(); })
        return value.to_json();
    else
        return Json(value);
}

inline Json to_json(Time time)
{
    return format_time(time);
}

inline Json to_json(std::chrono::seconds seconds)
{
    return seconds.count();
}

inline Json to_json(Status status)
{
    return name(status);
}

template <class T>
Json to_json(const std::vector<T>& values)
{
    std::vector<Json> items;
    for (const T& value : values)
        items.push_back(to_json(value));
    return Json::array(items);
}

// The members of an object that are given: for the server an absent one is the same as null.
class Members {
public:
    template <class T>
    Members& add(std::string_view name, const T& value)
    {
        members_.emplace_back(name, to_json(value));
        return *this;
    }

    template <class T>
    Members& add(std::string_view name, const std::optional<T>& value)
    {
        if (value)
            members_.emplace_back(name, to_json(*value));
        return *this;
    }

    // An empty list says nothing either.
    template <class T>
    Members& add(std::string_view name, const std::vector<T>& values)
    {
        if (!values.empty())
            members_.emplace_back(name, to_json(values));
        return *this;
    }

    Json json() const { return Json::object(members_); }

private:
    std::vector<Json::Member> members_;
};

std::string percent_encode(std::string_view text);

// The parameters that are given, percent-encoded: "kind=a%20b&page=2".
class Query {
public:
    Query& add(std::string_view name, const std::optional<std::string>& value);
    Query& add(std::string_view name, const std::optional<Json>& value);

    // Of what looks the same in JSON: numbers, true and false.
    template <class T>
    Query& add(std::string_view name, const std::optional<T>& value)
    {
        return value ? add(name, std::optional(to_json(*value))) : *this;
    }

    Query& add(std::string_view name, const std::optional<Status>& value);
    Query& add(std::string_view name, const std::optional<Time>& value);

    const std::string& text() const { return text_; }

private:
    std::string text_;
};

} // namespace sluice::client
