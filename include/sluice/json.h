// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/export.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::client {

// A JSON value, kept as its text on one line. Members keep their order.
//
//     Json::object({{"customer", 7}, {"tags", Json::array({"a", "b"})}})
//
// Each read parses the text; take what you need once. Two values are equal when their texts are.
class SLUICE_API Json {
public:
    using Member = std::pair<std::string, Json>;

    Json() = default; // null
    Json(std::nullptr_t) {}
    template <std::same_as<bool> Boolean>
    Json(Boolean value) : text_(value ? "true" : "false")
    {}
    template <std::integral Integer>
    requires(!std::same_as<Integer, bool>) Json(Integer value) : text_(std::to_string(value)) {}
    Json(char) = delete; // a number or a text?

    // Throws std::invalid_argument for what JSON has no numbers for: infinity and NaN.
    Json(double value);

    // A JSON string that says this. Bytes that are not UTF-8 become U+FFFD.
    Json(std::string_view text);
    Json(const std::string& text) : Json(std::string_view(text)) {}
    Json(const char* text) : Json(std::string_view(text)) {}

    static Json object(const std::vector<Member>& members);
    static Json array(const std::vector<Json>& items);

    // Reads a document. Throws std::invalid_argument when it is not JSON.
    static Json parse(std::string_view document);

    const std::string& text() const { return text_; }
    bool is_null() const { return text_ == "null"; }

    // What it is. Each throws std::invalid_argument when it is something else.
    bool as_boolean() const;
    std::int64_t as_integer() const;
    double as_number() const;
    std::string as_string() const;
    std::vector<Json> items() const;
    std::vector<Member> members() const;

    // A member of an object: `at` throws std::invalid_argument when there is none.
    Json at(std::string_view name) const;
    std::optional<Json> find(std::string_view name) const;

    friend bool operator==(const Json&, const Json&) = default;

private:
    friend struct JsonText;

    std::string text_ = "null";
};

} // namespace sluice::client
