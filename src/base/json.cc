// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <unordered_set>

namespace sluice {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// Turns simdjson's view into values of our own; says which key stands twice.
class Converter {
public:
    Json convert(element value)
    {
        switch (value.type()) {
        case element_type::ARRAY:
            return convert_array(value);
        case element_type::OBJECT:
            return convert_object(value);
        case element_type::INT64:
            return Json(value.get_int64().value_unsafe());
        case element_type::UINT64:
            return Json(value.get_uint64().value_unsafe());
        case element_type::DOUBLE:
            return Json(value.get_double().value_unsafe());
        case element_type::STRING:
            return Json(std::string(value.get_string().value_unsafe()));
        case element_type::BOOL:
            return Json(value.get_bool().value_unsafe());
        case element_type::NULL_VALUE:
            break;
        }
        return Json(nullptr);
    }

    const std::string& duplicate_key() const { return duplicate_key_; }

private:
    Json convert_array(element value)
    {
        const simdjson::dom::array items = value.get_array().value_unsafe();
        Json array = Json::array();
        for (element item : items)
            array.push_back(convert(item));
        return array;
    }

    Json convert_object(element value)
    {
        // Named: value_unsafe() refers into a temporary that a range-for would not keep alive.
        const simdjson::dom::object fields = value.get_object().value_unsafe();
        Json object = Json::object();
        auto& members = object.get_ref<Json::object_t&>();
        std::unordered_set<std::string_view> seen;
        for (auto field : fields) {
            if (!seen.insert(field.key).second && duplicate_key_.empty())
                duplicate_key_ = std::string(field.key);
            // Straight to the underlying vector: ordered_json's own insertion searches linearly.
            static_cast<std::vector<Json::object_t::value_type>&>(members).emplace_back(
                std::string(field.key), convert(field.value)
            );
        }
        return object;
    }

    std::string duplicate_key_;
};

Error not_json(std::string_view why)
{
    return {Errc::invalid, fmt::format("not valid JSON: {}", why)};
}

std::string place_of(std::string_view text, std::size_t offset)
{
    const std::string_view before = text.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
    return fmt::format("line {}, column {}", line, column);
}

bool fits(std::string_view number)
{
    const char* const end = number.data() + number.size();
    if (number.find_first_of(".eE") != std::string_view::npos)
        return std::isfinite(std::strtod(std::string(number).c_str(), nullptr));
    std::int64_t integer = 0;
    std::uint64_t natural = 0;
    return std::from_chars(number.data(), end, integer).ec == std::errc() ||
           std::from_chars(number.data(), end, natural).ec == std::errc();
}

// Where a number of a good document is larger than what is kept of numbers.
std::optional<std::size_t> find_large_number(std::string_view text)
{
    bool is_in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"')
            is_in_text = !is_in_text;
        if (is_in_text) {
            i += c == '\\' ? 1 : 0;
            continue;
        }
        if (c != '-' && (c < '0' || c > '9'))
            continue;
        const std::size_t end = std::min(text.find_first_not_of("+-.eE0123456789", i), text.size());
        if (!fits(text.substr(i, end - i)))
            return i;
        i = end - 1;
    }
    return std::nullopt;
}

// simdjson does not tell where the mistake is; the other parser does, and time does not matter now.
Error not_json(std::string_view text, simdjson::error_code failure)
{
    try {
        [[maybe_unused]] const auto document = nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& error) {
        return not_json("mistake at " + place_of(text, error.byte > 0 ? error.byte - 1 : 0));
    } catch (const nlohmann::json::exception&) { // a number beyond the range, which has no place
    }
    if (const auto number = find_large_number(text))
        return {
            Errc::invalid, fmt::format(
                               "a number that does not fit at {}: integers of 64 bits and "
                               "double-precision numbers are accepted",
                               place_of(text, *number)
                           )};
    return not_json(simdjson::error_message(failure));
}

} // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits)
{
    if (text.size() > limits.bytes_max)
        return Error{
            Errc::invalid, fmt::format(
                               "JSON of {} bytes is larger than the limit of {} bytes", text.size(),
                               limits.bytes_max
                           )};

    simdjson::dom::parser parser;
    if (parser.allocate(std::max<std::size_t>(text.size(), 32), limits.depth_max))
        return Error{Errc::overloaded, "no memory to read JSON"};

    element root;
    const simdjson::error_code failure = parser.parse(text.data(), text.size()).get(root);
    if (failure == simdjson::DEPTH_ERROR)
        return Error{
            Errc::invalid, fmt::format("JSON is nested deeper than {} levels", limits.depth_max)};
    if (failure)
        return not_json(text, failure);

    Converter converter;
    Json value = converter.convert(root);
    if (!converter.duplicate_key().empty())
        return not_json(fmt::format("key '{}' stands twice in an object", converter.duplicate_key())
        );
    return json_result(std::move(value));
}

std::string dump_json(const Json& value)
{
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string dump_json_pretty(const Json& value)
{
    return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace sluice
