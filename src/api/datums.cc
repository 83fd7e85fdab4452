// SPDX-License-Identifier: Apache-2.0
// /datums: what users do with datums.
#include "api/log_text.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/wire.h"

#include <fmt/format.h>

#include <charconv>

namespace sluice {

namespace {

Async<Response> describe_datum(Api& api, const Request& request)
{
    const Result<DatumDescription> found =
        co_await api.jobs.describe_datum(request.path_field("id"));
    co_return found ? json_response(200, to_json(*found)) : error_response(found.error());
}

Async<Response> retry_datum(Api& api, const Request& request)
{
    std::string actor = actor_of(request);
    const Result<Datum> datum =
        co_await api.jobs.retry_datum(request.path_field("id"), std::move(actor));
    if (!datum)
        co_return error_response(datum.error());
    Json body = Json::object();
    body["datum"] = to_json(*datum);
    co_return json_response(200, body);
}

Async<Response> explain_datum(Api& api, const Request& request)
{
    const Result<Why> why = co_await api.jobs.why_datum(request.path_field("id"));
    co_return why ? json_response(200, to_json(*why)) : error_response(why.error());
}

Result<LogQuery> log_query(const Request& request)
{
    LogQuery query;
    query.datum = request.path_field("id");
    const Result<std::int64_t> attempt = query_integer(request, "attempt", 0, 1, INT32_MAX);
    if (!attempt)
        return attempt.error();
    query.attempt = static_cast<int>(*attempt);
    const std::string stream = query_text(request, "stream");
    if (stream == "stdout")
        query.stream = OutputStream::out;
    else if (stream == "stderr")
        query.stream = OutputStream::err;
    else if (!stream.empty())
        return Error{
            Errc::invalid,
            fmt::format("query parameter stream: must be stdout or stderr, not '{}'", stream)};
    return query;
}

// "bytes=10-19", "bytes=10-", "bytes=-10". Nothing: another unit, several ranges or nonsense, which
// RFC 9110 lets a server ignore.
struct AskedRange {
    std::optional<std::uint64_t> first;
    std::optional<std::uint64_t> last;
};

std::optional<std::uint64_t> number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<AskedRange> parse_range(std::string_view header)
{
    constexpr std::string_view unit = "bytes=";
    if (!header.starts_with(unit))
        return std::nullopt;
    header.remove_prefix(unit.size());
    const std::size_t dash = header.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    const std::string_view first = header.substr(0, dash);
    const std::string_view last = header.substr(dash + 1);
    const AskedRange range{number(first), number(last)};
    const bool is_sound = (range.first || (first.empty() && range.last)) &&
                          (range.last || last.empty()) &&
                          (!range.first || !range.last || *range.first <= *range.last);
    return is_sound ? std::optional(range) : std::nullopt;
}

// The part of a text of `size` bytes; nothing when no byte of it was asked for.
std::optional<LogPart> part_of(const AskedRange& range, std::uint64_t size)
{
    LogPart part;
    if (!range.first) {
        part.first = size - std::min(*range.last, size);
        part.count = size - part.first;
    } else {
        part.first = *range.first;
        const std::uint64_t end = range.last && *range.last < size ? *range.last + 1 : size;
        part.count = end > part.first ? end - part.first : 0;
    }
    return part.count > 0 ? std::optional(part) : std::nullopt;
}

LogShelves shelves(Api& api)
{
    return {api.jobs, &api.peers};
}

Response log_part(Api& api, LogQuery query, const AskedRange& range, std::uint64_t size)
{
    const std::optional<LogPart> part = part_of(range, size);
    if (!part) {
        Response response =
            error_response(416, fmt::format("the log has {} bytes; none was asked for", size));
        response.headers.add("Content-Range", fmt::format("bytes */{}", size));
        return response;
    }
    Response response;
    response.status = 206;
    response.headers.add(
        "Content-Range",
        fmt::format("bytes {}-{}/{}", part->first, part->first + part->count - 1, size)
    );
    response.stream = [&api, query = std::move(query),
                       part = *part](const Request&, BodyWriter& writer) {
        return write_log(shelves(api), query, part, writer);
    };
    return response;
}

Async<Response> show_log(Api& api, const Request& request)
{
    Result<LogQuery> query = log_query(request);
    if (!query)
        co_return error_response(query.error());
    const Result<Flag> follow = query_flag(request, "follow");
    if (!follow)
        co_return error_response(follow.error());
    const Result<std::uint64_t> size = co_await measure_log(shelves(api), *query);
    if (!size)
        co_return error_response(size.error());

    Response response;
    const std::optional<AskedRange> range = parse_range(request.headers.find("Range").value_or(""));
    if (*follow == Flag::on)
        response.stream = [&api, query = *query](const Request& asked, BodyWriter& writer) {
            auto is_wanted = [&asked] { return asked.is_awaited(); };
            return follow_log(shelves(api), query, std::move(is_wanted), writer);
        };
    else if (range)
        response = log_part(api, *query, *range, *size);
    else
        response.stream = [&api, query = *query](const Request&, BodyWriter& writer) {
            const LogPart whole;
            return write_log(shelves(api), query, whole, writer);
        };
    if (response.content_type.empty())
        response.content_type = "text/plain; charset=utf-8";
    response.headers.add("Accept-Ranges", "bytes");
    co_return response;
}

} // namespace

std::vector<Operation> datum_operations()
{
    return {
        {.pattern = "/datums/{id}/describe",
         .summary = "A datum with its input files, earlier attempts and outputs.",
         .answer = "DatumDescription",
         .errors = {404},
         .handle = describe_datum},
        {.method = Method::post,
         .pattern = "/datums/{id}/retry",
         .summary = "Runs a datum again that ended badly, in a job that still runs.",
         .answer = "DatumAnswer",
         .errors = {404, 409},
         .handle = retry_datum},
        {.pattern = "/datums/{id}/logs",
         .summary = "What an attempt printed. `Range` gives a part; `follow=1` stays until the "
                    "attempt has ended.",
         .query = {"attempt", "stream", "follow"},
         .content_type = "text/plain",
         .errors = {404, 416},
         .handle = show_log},
        {.pattern = "/datums/{id}/why",
         .summary = "Why the datum is not done now, in words and as data.",
         .answer = "Why",
         .errors = {404},
         .handle = explain_datum},
    };
}

} // namespace sluice
