// SPDX-License-Identifier: Apache-2.0
#include "api/client.h"

#include "api/protocol.h"
#include "base/text.h"
#include "net/backoff.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

Errc code_of(int status)
{
    switch (status) {
    case 401:
    case 403:
        return Errc::unauthorized;
    case 404:
        return Errc::not_found;
    case 409:
        return Errc::conflict;
    case 429:
        return Errc::overloaded;
    case 504:
        return Errc::timed_out;
    default:
        return is_retryable_status(status) ? Errc::unavailable : Errc::invalid;
    }
}

// What the server says about a refused request, on one line.
Error refusal(int status, const Json& body, std::string_view server)
{
    if (!body.is_object() || !body.contains("error") || !body["error"].is_string())
        return {code_of(status), fmt::format("server '{}' answers with status {}", server, status)};
    std::string detail = body["error"].get<std::string>();
    const auto details = body.find("details");
    if (details != body.end() && details->is_array() && details->size() > 1) {
        detail.clear();
        for (const Json& each : *details)
            if (each.is_string())
                detail += (detail.empty() ? "" : "; ") + each.get<std::string>();
    }
    return {code_of(status), detail};
}

HttpClientOptions options_of(const std::string& ca_file)
{
    HttpClientOptions options;
    options.ca_file = ca_file;
    return options;
}

bool is_answer(int status, const std::vector<int>& accepted)
{
    const bool is_good = status >= 200 && status <= 299;
    return is_good || std::find(accepted.begin(), accepted.end(), status) != accepted.end();
}

Result<Json> json_of(const ClientResponse& response)
{
    if (response.body.empty())
        return json_result(nullptr);
    if (response.headers.find("Content-Type").value_or("").starts_with("text/plain"))
        return json_result(response.body);
    JsonLimits limits;
    limits.bytes_max = response.body.size(); // the request has limited it
    return parse_json(response.body, limits);
}

} // namespace

Result<std::unique_ptr<ApiClient>> ApiClient::make(asio::any_io_executor executor, Options options)
{
    const bool is_http =
        options.server.starts_with("http://") || options.server.starts_with("https://");
    if (!is_http || options.server.find_first_of("?# ") != std::string::npos)
        return Error{
            Errc::invalid,
            fmt::format(
                "server '{}': must be a URL like http://host:8085", printable(options.server)
            )};
    while (options.server.ends_with('/'))
        options.server.pop_back();
    return std::unique_ptr<ApiClient>(new ApiClient(std::move(executor), std::move(options)));
}

ApiClient::ApiClient(asio::any_io_executor executor, Options options)
    : options_(std::move(options)), http_(std::move(executor), options_of(options_.ca_file))
{}

ClientRequest ApiClient::request_of(Call& call) const
{
    ClientRequest request;
    request.method = call.method;
    request.url = options_.server + call.path;
    request.headers = std::move(call.headers);
    request.headers.add(protocol_header, protocol_version);
    if (!options_.key.empty())
        request.headers.add("Authorization", "Bearer " + options_.key);
    if (!call.json.is_null()) {
        request.headers.add("Content-Type", "application/json");
        request.body = dump_json(call.json);
    } else if (!call.bytes.empty()) {
        request.headers.add("Content-Type", "application/octet-stream");
        request.body = std::move(call.bytes);
    }
    request.total_time = call.time;
    request.body_bytes_max = call.answer_bytes_max;
    request.on_body = std::move(call.on_body);
    return request;
}

Async<Result<ApiClient::Answer>> ApiClient::ask(Call call)
{
    const bool is_streamed = static_cast<bool>(call.on_body);
    const std::vector<int> accepted = std::move(call.accepted);
    ClientRequest request = request_of(call);
    Result<ClientResponse> response = co_await http_.send(std::move(request));
    if (!response)
        co_return with_context(fmt::format("server '{}'", options_.server), response.error());
    if (const auto mismatch = protocol_mismatch(response->headers, "server"))
        co_return Error{Errc::invalid, *mismatch};
    Result<Json> json = json_of(*response);
    if (!is_answer(response->status, accepted))
        co_return refusal(response->status, json ? *json : Json(), options_.server);
    const bool is_ours = response->headers.find(protocol_header).has_value();
    if (!is_ours || (!json && !is_streamed))
        co_return Error{
            Errc::invalid,
            fmt::format("'{}' answers, but not as a server of sluice", options_.server)};
    Answer answer;
    answer.status = response->status;
    answer.json = json ? std::move(*json) : Json();
    answer.headers = std::move(response->headers);
    co_return answer;
}

std::string url_part(std::string_view text)
{
    std::string part;
    for (const char c : text) {
        const bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                              (c >= '0' && c <= '9') || std::string_view("-_.~").find(c) < 4;
        if (is_plain)
            part += c;
        else
            part += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return part;
}

} // namespace sluice
