// SPDX-License-Identifier: Apache-2.0
#include "api/respond.h"

#include "api/auth.h"
#include "async/worker_threads.h"
#include "base/text.h"
#include "model/object_uri.h"

#include <fmt/format.h>

#include <charconv>

namespace sluice {

namespace {

// Above this, parsing would hold up the loop for longer than a write group takes.
constexpr std::size_t parsed_on_loop_max = 64u << 10;

Json details_of(std::span<const Problem> problems)
{
    Json details = Json::array();
    for (const Problem& problem : problems)
        details.push_back(format_problem(problem));
    return details;
}

std::string counted(std::span<const Problem> problems)
{
    return problems.size() == 1 ? format_problem(problems.front())
                                : fmt::format("{} problems", problems.size());
}

} // namespace

Response refused_spec(std::span<const Problem> problems)
{
    return error_response(422, "the job is refused: " + counted(problems), details_of(problems));
}

Response refused_body(std::span<const Problem> problems)
{
    return error_response(400, "the body is refused: " + counted(problems), details_of(problems));
}

Response no_content()
{
    Response response;
    response.status = 204;
    return response;
}

Async<Body> read_json(Api& api, const Request& request)
{
    std::optional<Response> refusal = require_json(request);
    if (refusal)
        co_return Body(std::move(*refusal));
    Result<Json> parsed = Error{};
    if (request.body.size() <= parsed_on_loop_max) {
        parsed = parse_json(request.body);
    } else {
        auto parse = [&request] { return parse_json(request.body); };
        Result<Json> large = co_await api.threads.run(parse);
        parsed = std::move(large);
    }
    if (!parsed)
        co_return Body(error_response(
            400, "the body is refused: " + parsed.error().detail,
            Json::array({parsed.error().detail})
        ));
    Body body(std::in_place_type<Json>, std::move(*parsed));
    co_return body;
}

Async<Body> read_optional_json(Api& api, const Request& request)
{
    if (request.body.empty())
        co_return Body(std::in_place_type<Json>, Json::object());
    Body body = co_await read_json(api, request);
    co_return body;
}

std::string query_text(const Request& request, std::string_view name)
{
    return std::string(request.query_field(name).value_or(""));
}

Result<std::int64_t> query_integer(
    const Request& request, std::string_view name, std::int64_t fallback, std::int64_t min,
    std::int64_t max
)
{
    const std::optional<std::string_view> text = request.query_field(name);
    if (!text)
        return fallback;
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), value);
    const bool is_number = failure == std::errc() && end == text->data() + text->size();
    if (!is_number || value < min || value > max)
        return Error{
            Errc::invalid, fmt::format(
                               "query parameter {}: must be a whole number from {} to {}, not '{}'",
                               name, min, max, printable(*text)
                           )};
    return value;
}

Result<Flag> query_flag(const Request& request, std::string_view name)
{
    const std::optional<std::string_view> text = request.query_field(name);
    if (!text || *text == "0" || *text == "false")
        return Flag::off;
    if (*text == "1" || *text == "true")
        return Flag::on;
    return Error{
        Errc::invalid,
        fmt::format("query parameter {}: must be 0 or 1, not '{}'", name, printable(*text))};
}

Result<std::string> request_key(const Request& request)
{
    constexpr std::size_t bytes_max = 255;
    const std::optional<std::string_view> key = request.headers.find("Idempotency-Key");
    if (!key)
        return std::string();
    if (key->empty() || key->size() > bytes_max)
        return Error{
            Errc::invalid,
            fmt::format(
                "Idempotency-Key: has {} bytes, 1 to {} are accepted", key->size(), bytes_max
            )};
    if (!is_utf8(*key))
        return Error{Errc::invalid, "Idempotency-Key: is not UTF-8"};
    return std::string(*key);
}

std::string actor_of(const Request& request)
{
    if (const auto* caller = std::any_cast<Caller>(&request.identity))
        return caller->name;
    return printable(request.headers.find("requester").value_or("").substr(0, 255));
}

std::string next_link(const Request& request, std::string_view parameter, std::string_view value)
{
    std::string link = "<" + request.target.path + "?";
    for (const Field& field : request.target.query)
        if (field.name != parameter)
            link += percent_encode(field.name) + "=" + percent_encode(field.value) + "&";
    return link.append(parameter).append("=").append(value).append(">; rel=\"next\"");
}

} // namespace sluice
