// SPDX-License-Identifier: Apache-2.0
#include "api/query_reader.h"

#include "base/uid.h"

#include <charconv>

namespace sluice {

namespace {

// An offset's plus sign that was not percent-encoded has become a space: "…T12:00:00 02:00".
std::string with_plus(std::string_view time)
{
    constexpr std::size_t offset_size = 6;
    std::string text(time);
    if (text.size() > offset_size && text[text.size() - offset_size] == ' ')
        text[text.size() - offset_size] = '+';
    return text;
}

} // namespace

std::string QueryReader::text(std::string_view name)
{
    const std::string_view text = request_.query_field(name).value_or("");
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
        refuse(name, "text in UTF-8 without NUL", text);
    return std::string(text);
}

std::optional<std::int64_t> QueryReader::number(std::string_view name)
{
    const std::optional<std::string_view> text = request_.query_field(name);
    if (!text)
        return std::nullopt;
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (end != text->data() + text->size() || failure == std::errc::invalid_argument)
        refuse(name, "a whole number", *text);
    else if (failure == std::errc::result_out_of_range)
        value = text->starts_with('-') ? INT64_MIN : INT64_MAX;
    return value;
}

std::optional<std::string> QueryReader::uuid(std::string_view name)
{
    const std::optional<std::string_view> text = request_.query_field(name);
    if (!text)
        return std::nullopt;
    if (!parse_uid(*text))
        refuse(name, "a UUID", *text);
    return std::string(*text);
}

std::optional<Time> QueryReader::time(std::string_view name)
{
    const std::optional<std::string_view> text = request_.query_field(name);
    if (!text)
        return std::nullopt;
    const Result<Time> time = parse_time(with_plus(*text));
    if (time)
        return *time;
    refuse(name, "a time like '2026-01-31T12:00:00Z'", *text);
    return std::nullopt;
}

std::optional<Json> QueryReader::json(std::string_view name)
{
    const std::optional<std::string_view> text = request_.query_field(name);
    if (!text)
        return std::nullopt;
    Result<Json> json = parse_json(*text);
    std::optional<Json> read;
    if (json)
        read.emplace(std::move(*json));
    else
        fail(name, json.error().detail);
    return read;
}

bool QueryReader::flag(std::string_view name)
{
    const std::string_view text = request_.query_field(name).value_or("0");
    const bool is_on = text == "1" || text == "true";
    if (!is_on && text != "0" && text != "false")
        refuse(name, "true or false", text);
    return is_on;
}

void QueryReader::refuse(std::string_view name, std::string_view accepted, std::string_view text)
{
    fail(name, fmt::format("must be {}, not '{}'", accepted, printable(text)));
}

void QueryReader::fail(std::string_view name, std::string_view why)
{
    if (!error_)
        error_ = Error{Errc::invalid, fmt::format("query parameter {}: {}", name, why)};
}

} // namespace sluice
