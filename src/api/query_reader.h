// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "net/http.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// Reads query parameters by name; those that nobody asks for are ignored. Absent ones are nothing.
// The first one that cannot be read is the error of finish(), which names it.
class QueryReader {
public:
    explicit QueryReader(const Request& request) : request_(request) {}

    std::string text(std::string_view name);

    // What does not fit into 64 bits counts as the largest, or smallest, number.
    std::optional<std::int64_t> number(std::string_view name);

    std::optional<std::string> uuid(std::string_view name);
    std::optional<Time> time(std::string_view name);
    std::optional<Json> json(std::string_view name);
    bool flag(std::string_view name); // 0, 1, true, false

    template <class Enum, std::size_t Size>
    std::optional<Enum> word(std::string_view name, const EnumNames<Enum, Size>& names)
    {
        const std::optional<std::string_view> text = request_.query_field(name);
        if (!text)
            return std::nullopt;
        const std::optional<Enum> found = names.find(*text);
        std::string words;
        for (const auto& [candidate, word] : names.entries)
            words += fmt::format("{}{}", words.empty() ? "" : ", ", word);
        if (!found)
            refuse(name, "one of " + words, *text);
        return found;
    }

    template <class T>
    Result<T> finish(T value)
    {
        if (error_)
            return *error_;
        return value;
    }

private:
    void refuse(std::string_view name, std::string_view accepted, std::string_view text);
    void fail(std::string_view name, std::string_view why);

    const Request& request_;
    std::optional<Error> error_;
};

} // namespace sluice
