// SPDX-License-Identifier: Apache-2.0
#include "sdk/exchange.h"

#include <ranges>

namespace sluice::client {

std::string_view Answer::header(std::string_view name) const
{
    for (const auto& [candidate, value] : headers | std::views::reverse)
        if (candidate == name)
            return value;
    return {};
}

Call get_call(std::string path, std::string query)
{
    Call call;
    call.request = {.method = "GET", .path = std::move(path), .query = std::move(query)};
    call.is_repeatable = true;
    return call;
}

Request json_request(std::string method, std::string path, const Json& body)
{
    return {.method = std::move(method), .path = std::move(path), .body = body.text()};
}

} // namespace sluice::client
