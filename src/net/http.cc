// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include "base/assert.h"
#include "base/enum_names.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr EnumNames<Method, 8> method_names{
    {{Method::get, "GET"},
     {Method::head, "HEAD"},
     {Method::post, "POST"},
     {Method::put, "PUT"},
     {Method::patch, "PATCH"},
     {Method::delete_, "DELETE"},
     {Method::options, "OPTIONS"},
     {Method::other, "?"}}};

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

const Field* find_field(const std::vector<Field>& fields, std::string_view name)
{
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) {
        return field.name == name;
    });
    return found == fields.end() ? nullptr : &*found;
}

} // namespace

std::string_view name(Method method)
{
    return method_names.name(method);
}

Method method_of(std::string_view name)
{
    return method_names.find(name).value_or(Method::other);
}

bool same_header(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return lower(x) == lower(y);
    });
}

void Headers::add(std::string_view name, std::string_view value)
{
    fields_.push_back({std::string(name), std::string(value)});
}

std::optional<std::string_view> Headers::find(std::string_view name) const
{
    for (const Field& field : fields_)
        if (same_header(field.name, name))
            return field.value;
    return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const
{
    return static_cast<std::size_t>(std::count_if(
        fields_.begin(), fields_.end(),
        [&](const Field& field) { return same_header(field.name, name); }
    ));
}

const std::string& Request::path_field(std::string_view name) const
{
    const Field* field = find_field(path_fields, name);
    SLUICE_ASSERT(field);
    return field->value;
}

std::optional<std::string_view> Request::query_field(std::string_view name) const
{
    const Field* field = find_field(target.query, name);
    return field ? std::optional<std::string_view>(field->value) : std::nullopt;
}

PeerWatch::PeerWatch(const Request& request, Signal& signal) : peer_(request.peer), signal_(signal)
{
    if (peer_)
        peer_->attach(signal_);
}

PeerWatch::~PeerWatch()
{
    if (peer_)
        peer_->detach(signal_);
}

int http_status(Errc code)
{
    switch (code) {
    case Errc::not_found:
        return 404;
    case Errc::conflict:
        return 409;
    case Errc::invalid:
        return 400;
    case Errc::unauthorized:
        return 401;
    case Errc::unavailable:
        return 503;
    case Errc::timed_out:
        return 504;
    case Errc::overloaded:
        return 429;
    case Errc::corrupt:
        break;
    }
    return 500;
}

Response json_response(int status, const Json& value)
{
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = dump_json(value);
    return response;
}

Response error_response(int status, std::string_view message, Json details)
{
    Json body = {{"error", message}};
    if (details.is_null())
        body["status"] = status;
    else
        body["details"] = std::move(details);
    Response response = json_response(status, body);
    if (status == 429 || status == 503)
        response.headers.add("Retry-After", "1");
    return response;
}

Response error_response(const Error& error)
{
    return error_response(http_status(error.code), error.detail);
}

std::optional<Response> require_json(const Request& request)
{
    const std::string_view given = request.headers.find("Content-Type").value_or("");
    const std::string_view type = trim(given.substr(0, given.find(';')));
    if (same_header(type, "application/json"))
        return std::nullopt;
    return error_response(
        415, fmt::format("content type '{}': application/json is accepted", printable(given))
    );
}

} // namespace sluice
