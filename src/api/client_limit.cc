// SPDX-License-Identifier: Apache-2.0
#include "api/client_limit.h"

#include "api/auth.h"

#include <arpa/inet.h>
#include <fmt/format.h>

namespace sluice {

namespace {

// Handles are in the hands of targets, and tokens in those of workers, which are many: each counts
// for itself.
std::string client_of(const Request& request)
{
    const Caller* caller = std::any_cast<Caller>(&request.identity);
    const bool is_many = caller && (caller->name == handle_caller ||
                                    caller->name == worker_caller || caller->name == peer_caller);
    if (caller && !is_many)
        return "key " + caller->name;
    return "address " + request.remote;
}

} // namespace

bool is_loopback(std::string_view address)
{
    const std::string text(address);
    in_addr v4{};
    if (inet_pton(AF_INET, text.c_str(), &v4) == 1)
        return (ntohl(v4.s_addr) >> 24) == 127;
    in6_addr v6{};
    if (inet_pton(AF_INET6, text.c_str(), &v6) != 1)
        return false;
    return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

ClientLimit::ClientLimit(const std::optional<RateLimit::Options>& options)
{
    if (!options)
        return;
    limit_.emplace(*options);
    requests_ = options->requests;
}

std::optional<Response> ClientLimit::refuse(const Request& request, RateLimit::TimePoint now)
{
    if (!limit_ || is_loopback(request.remote))
        return std::nullopt;
    const std::string client = client_of(request);
    const std::optional<std::chrono::seconds> wait = limit_->enter(client, now);
    if (!wait)
        return std::nullopt;
    const std::string seconds = std::to_string(wait->count());
    std::string why = fmt::format(
        "too many requests: {} may make {} in a second; come again in {} s", client, requests_,
        seconds
    );
    Response response = json_response(429, {{"error", std::move(why)}, {"status", 429}});
    response.headers.add("Retry-After", seconds);
    return response;
}

} // namespace sluice
