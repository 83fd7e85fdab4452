// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
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

// simdjson does not tell where the mistake is; the other parser does, and time does not matter now.
Error not_json(std::string_view text, simdjson::error_code failure)
{
    try {
        [[maybe_unused]] const auto document = nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& error) {
        const std::string_view before = text.substr(0, error.byte > 0 ? error.byte - 1 : 0);
        const auto line = 1 + std::count(before.begin(), before.end(), '\n');
        const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
        return not_json(fmt::format("mistake at line {}, column {}", line, column));
    } catch (const nlohmann::json::exception&) { // a number beyond the range, which has no place
    }
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
