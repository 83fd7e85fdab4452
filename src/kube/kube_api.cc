// SPDX-License-Identifier: Apache-2.0
#include "kube/kube_api.h"

#include "base/assert.h"
#include "base/text.h"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::size_t words_bytes_max = 1024; // of an error

std::string escape(std::string_view text)
{
    return boost::urls::encode({text.data(), text.size()}, boost::urls::unreserved_chars);
}

Method method_of(const KubeCall& call)
{
    if (call.verb == "create")
        return Method::post;
    if (call.verb == "delete")
        return Method::delete_;
    SLUICE_ASSERT(call.verb == "get" || call.verb == "list" || call.verb == "watch");
    return Method::get;
}

HttpClientOptions client_options(const KubeAccess& access)
{
    HttpClientOptions options;
    options.connections_max = 32; // two watches and what is asked meanwhile
    options.connections_per_host_max = 32;
    options.idle_connections_max = 4;
    options.ca_file = access.ca_file;
    return options;
}

// The API answers with a Status; what stands between it and us, with anything.
std::string words_of(int status, std::string_view body)
{
    const Result<Json> json = parse_json(body);
    if (json && json->is_object() && json->contains("message") && (*json)["message"].is_string())
        return printable((*json)["message"].get<std::string>().substr(0, words_bytes_max));
    const std::string_view text = trim(body.substr(0, words_bytes_max));
    if (text.empty() || text.front() == '<')
        return fmt::format("HTTP {}", status);
    return fmt::format("HTTP {}: {}", status, printable(text));
}

// A 403 is a right that we lack, or what a quota or a rule of admission does not let in.
bool lacks_right(const KubeCall& call, int status, std::string_view words)
{
    const std::string phrase = fmt::format("cannot {} resource", call.verb);
    return status == 403 && words.find(phrase) != std::string_view::npos;
}

Errc code_of(int status)
{
    switch (status) {
    case 401:
        return Errc::unauthorized;
    case 404:
        return Errc::not_found;
    case 409:
        return Errc::conflict;
    case 408:
    case 504:
        return Errc::timed_out;
    case 429:
        return Errc::overloaded;
    default:
        return status >= 400 && status < 500 ? Errc::invalid : Errc::unavailable;
    }
}

} // namespace

KubeApi::KubeApi(asio::any_io_executor executor, WorkerThreads& threads, const KubeOptions& options)
    : access_(options.access),
      call_time_(options.call_time),
      token_(threads, options.access.token_file, options.token_time),
      http_(std::move(executor), client_options(options.access))
{}

Async<Result<ClientResponse>> KubeApi::send(KubeRequest request)
{
    for (bool is_last = !token_.is_used();; is_last = true) {
        const Result<std::string> token = co_await token_.get();
        if (!token)
            co_return token.error();
        ClientRequest outgoing = make(request, *token);
        Result<ClientResponse> response = co_await http_.send(std::move(outgoing));
        if (!response)
            co_return with_context("Kubernetes", std::move(response.error()));
        if (response->status == 401)
            token_.refused();
        if (response->status != 401 || is_last)
            co_return response;
    }
}

Async<Result<ClientResponse>> KubeApi::ask(KubeRequest request)
{
    Result<ClientResponse> response = co_await send(request);
    if (response && (response->status < 200 || response->status >= 300))
        co_return refusal(request, response->status, response->body);
    co_return response;
}

Error KubeApi::refusal(const KubeRequest& request, int status, std::string_view body) const
{
    const std::string words = words_of(status, body);
    const std::string name =
        request.name.empty() ? "" : fmt::format(" '{}'", printable(request.name));
    const std::string what = fmt::format(
        "{} {}{} in namespace '{}'", request.call.verb, request.call.resource, name,
        access_.name_space
    );
    if (lacks_right(request.call, status, words))
        return {Errc::unauthorized, fmt::format("may not {} (Role 'sluice'): {}", what, words)};
    if (status == 401)
        return {
            Errc::unauthorized,
            fmt::format("Kubernetes does not know who we are ({}): {}", what, words)};
    return {code_of(status), fmt::format("Kubernetes: {}: {}", what, words)};
}

ClientRequest KubeApi::make(const KubeRequest& request, const std::string& token) const
{
    ClientRequest made;
    made.method = method_of(request.call);
    made.url = url_of(request);
    made.headers.add("Accept", "application/json");
    if (!token.empty())
        made.headers.add("Authorization", "Bearer " + token);
    if (!request.body.is_null()) {
        made.headers.add("Content-Type", "application/json");
        made.body = dump_json(request.body);
    }
    made.total_time = request.total_time.count() > 0 ? request.total_time : call_time_;
    made.connect_time = std::min(made.connect_time, made.total_time);
    made.body_bytes_max = request.body_bytes_max;
    made.sink = request.head;
    made.on_body = request.on_body;
    return made;
}

std::string KubeApi::url_of(const KubeRequest& request) const
{
    const KubeCall& call = request.call;
    const std::size_t slash = std::min(call.resource.find('/'), call.resource.size());
    std::string url = access_.url;
    url += call.group.empty() ? "/api/v1" : fmt::format("/apis/{}/v1", call.group);
    url += "/namespaces/" + escape(access_.name_space) + "/";
    url += call.resource.substr(0, slash);
    if (!request.name.empty())
        url += "/" + escape(request.name);
    url += call.resource.substr(slash); // "/log"
    char separator = '?';
    for (const Field& field : request.query) {
        url += separator + field.name + "=" + escape(field.value);
        separator = '&';
    }
    return url;
}

} // namespace sluice
