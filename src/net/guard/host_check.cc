// SPDX-License-Identifier: Apache-2.0
#include "net/guard/host_check.h"

#include "async/signal.h"
#include "async/with_timeout.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <memory>

namespace sluice {

using asio::ip::tcp;
using Addresses = std::vector<IpAddress>;

namespace {

// Shared with the resolver: getaddrinfo(3) cannot be interrupted, and its answer may come when
// nobody waits any more.
struct Answer {
    explicit Answer(asio::any_io_executor executor) : news(std::move(executor)) {}

    Signal news;
    std::optional<Result<Addresses>> result;
};

Result<Addresses>
read_answer(const boost::system::error_code& error, const tcp::resolver::results_type& results)
{
    if (error)
        return Error{Errc::not_found, error.message()};
    Addresses addresses;
    for (const auto& entry : results) {
        const tcp::endpoint endpoint = entry.endpoint();
        const std::optional<IpAddress> address = address_of(*endpoint.data());
        if (address)
            addresses.push_back(*address);
    }
    return addresses;
}

} // namespace

Async<Result<Addresses>> look_up(std::string name)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    const auto answer = std::make_shared<Answer>(executor);
    resolver.async_resolve(
        name, "",
        [answer](const boost::system::error_code& error, const tcp::resolver::results_type& found) {
            answer->result = read_answer(error, found);
            answer->news.notify();
        }
    );
    while (!answer->result)
        co_await answer->news.wait();
    co_return std::move(*answer->result);
}

Async<std::optional<std::string>>
refuse_name(const AddressGuard& guard, std::string name, const HostCheckOptions& options)
{
    std::optional<std::string> refusal;
    if (guard.is_syntax_only())
        co_return refusal;
    Async<Result<Addresses>> asked = options.look_up(name);
    const Result<Addresses> found = co_await with_timeout(std::move(asked), options.limit);
    if (!found)
        co_return refusal;
    for (const IpAddress& address : *found) {
        const std::optional<std::string_view> kind = guard.refuse_address(address);
        if (kind && !refusal)
            refusal = fmt::format(
                "host '{}' leads to {}: a host with public addresses only is accepted", name, *kind
            );
    }
    co_return refusal;
}

} // namespace sluice
