// SPDX-License-Identifier: Apache-2.0
#include "cli/server_port.h"

#include "cli/jobs_port.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::chrono::minutes answer_time{10};      // a large batch is written meanwhile
constexpr std::size_t answer_bytes_max = 256u << 20; // a graph of some 500,000 tasks
constexpr std::size_t page_size_max = 100;           // servers cut what is more

Async<Result<int>> use_client(Context& context, const ServerAction& action)
{
    const Result<std::unique_ptr<ApiClient>> client = make_client(context);
    if (!client)
        co_return client.error();
    Result<int> code = co_await action(context, **client);
    co_return code;
}

// Where `Link: </task?before=…>; rel="next"` leads; empty at the end of a list.
std::string next_path(const Headers& headers)
{
    const std::string_view link = headers.find("Link").value_or("");
    const std::size_t end = link.find('>');
    const bool is_next = link.starts_with("</") && end != std::string_view::npos &&
                         link.find("rel=\"next\"", end) != std::string_view::npos;
    return is_next ? std::string(link.substr(1, end - 1)) : "";
}

} // namespace

Result<std::unique_ptr<ApiClient>> make_client(const Context& context)
{
    if (context.config.server.empty())
        return Error{Errc::invalid, "--server: is required (or SLUICE_SERVER)"};
    ApiClient::Options options;
    options.server = context.config.server;
    options.key = context.config.key;
    return ApiClient::make(context.loop.get_executor(), std::move(options));
}

CommandAction on_server(ServerAction action)
{
    const auto kept = std::make_shared<const ServerAction>(std::move(action));
    return [kept](Context& context) { return use_client(context, *kept); };
}

CommandAction on_server_or(ServerAction action, CommandAction without)
{
    return [asks = on_server(std::move(action)), without = std::move(without)](Context& context) {
        return context.config.server.empty() && without ? without(context) : asks(context);
    };
}

Async<Result<Json>> ask_server(ApiClient& client, ApiClient::Call call)
{
    call.time = answer_time;
    call.answer_bytes_max = answer_bytes_max;
    if (call.method != Method::get)
        call.headers.add("requester", actor_of_this_user());
    Result<ApiClient::Answer> answer = co_await client.ask(std::move(call));
    if (!answer)
        co_return answer.error();
    co_return json_result(std::move(answer->json));
}

Async<Result<Json>> ask_for_list(ApiClient& client, std::string path, std::size_t limit)
{
    Json list = Json::array();
    path = with_query(
        std::move(path), {{"page_size", std::to_string(std::min(limit, page_size_max))}}
    );
    while (!path.empty() && list.size() < limit) {
        ApiClient::Call call;
        call.path = std::move(path);
        const Result<ApiClient::Answer> answer = co_await client.ask(std::move(call));
        if (!answer)
            co_return answer.error();
        if (!answer->json.is_array())
            co_return Error{
                Errc::invalid, fmt::format("server '{}' answers without a list", client.server())};
        for (const Json& item : answer->json)
            if (list.size() < limit)
                list.push_back(item);
        path = answer->json.empty() ? "" : next_path(answer->headers);
    }
    co_return json_result(std::move(list));
}

std::string with_query(std::string path, const QueryFields& fields)
{
    for (const auto& [name, value] : fields) {
        if (value.empty())
            continue;
        const char separator = path.find('?') == std::string::npos ? '?' : '&';
        path += fmt::format("{}{}={}", separator, name, url_part(value));
    }
    return path;
}

std::string with_id(std::string_view path, std::string_view id)
{
    std::string whole(path);
    if (const std::size_t place = whole.find("{}"); place != std::string::npos)
        whole.replace(place, 2, url_part(id));
    return whole;
}

const Json& member(const Json& json, std::string_view name)
{
    static const Json null;
    if (!json.is_object())
        return null;
    const std::size_t dot = name.find('.');
    const auto found = json.find(std::string(name.substr(0, dot)));
    if (found == json.end())
        return null;
    return dot == std::string_view::npos ? *found : member(*found, name.substr(dot + 1));
}

} // namespace sluice
