// SPDX-License-Identifier: Apache-2.0
#include "net/guard/address_guard.h"

#include "base/text.h"
#include "net/guard/address_kinds.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

// A host of a list: also an IPv6 address without brackets.
Result<UrlHost> read_listed(std::string_view text)
{
    const std::optional<IpAddress> address = parse_address(text);
    if (address)
        return UrlHost{.name = std::string(text), .address = address};
    return read_host(text);
}

Result<std::string> read_suffix(std::string_view text)
{
    const Result<UrlHost> host = read_host(text.substr(text.starts_with('.') ? 1 : 0));
    if (!host)
        return host.error();
    if (host->address || host->name.starts_with('.'))
        return Error{
            Errc::invalid,
            fmt::format(
                "suffix '{}': the end of a host name is accepted, like '.internal'", printable(text)
            )};
    return "." + host->name;
}

// ".corp" is the suffix of "a.corp" and of "corp" itself.
bool ends_in(std::string_view name, std::string_view suffix)
{
    return name.ends_with(suffix) || name == suffix.substr(1);
}

} // namespace

Result<AddressGuard> AddressGuard::make(Options options)
{
    AddressGuard guard;
    const Result<void> added = guard.add(options);
    if (!added)
        return added.error();
    guard.add_built_in();
    guard.is_syntax_only_ = options.syntax_only;
    return guard;
}

// Whoever allows networks means names there, too (`svc.cluster.local`): their addresses are judged.
// The names of this machine are for those who allow its own.
void AddressGuard::add_built_in()
{
    blocked_hosts_.push_back("metadata.google.internal");
    if (allowed_networks_.empty())
        blocked_suffixes_.insert(blocked_suffixes_.end(), {".local", ".internal"});
    const auto is_loopback = [](const IpNetwork& network) {
        return network.contains(make_ipv4(0x7f000001)) || network.contains(*parse_address("::1"));
    };
    if (std::ranges::any_of(allowed_networks_, is_loopback))
        return;
    blocked_hosts_.push_back("localhost");
    blocked_suffixes_.insert(blocked_suffixes_.end(), {".localdomain", ".localhost"});
}

Result<void> AddressGuard::add(const Options& options)
{
    for (const std::string& text : options.blocked_hosts) {
        const Result<UrlHost> host = read_listed(trim(text));
        if (!host)
            return with_context("blocked hosts", host.error());
        if (host->address)
            blocked_addresses_.push_back(*host->address);
        else
            blocked_hosts_.push_back(host->name);
    }
    for (const std::string& text : options.blocked_suffixes) {
        const Result<std::string> suffix = read_suffix(trim(text));
        if (!suffix)
            return with_context("blocked suffixes", suffix.error());
        blocked_suffixes_.push_back(*suffix);
    }
    for (const std::string& text : options.allowed_networks) {
        const Result<IpNetwork> network = parse_network(trim(text));
        if (!network)
            return with_context("allowed networks", network.error());
        allowed_networks_.push_back(*network);
    }
    return {};
}

std::optional<std::string> AddressGuard::refuse_url(std::string_view url) const
{
    const Result<UrlHost> host = read_url_host(url);
    if (!host)
        return host.error().detail;
    return refuse_host(*host);
}

std::optional<std::string> AddressGuard::refuse_host(const UrlHost& host) const
{
    if (is_syntax_only_)
        return std::nullopt;
    if (host.address) {
        const std::optional<std::string_view> kind = refuse_address(*host.address);
        if (!kind)
            return std::nullopt;
        return fmt::format("host '{}' is {}: a public address is accepted", host.name, *kind);
    }
    const std::string* entry = blocking_entry(host.name);
    if (!entry)
        return std::nullopt;
    return fmt::format(
        "host '{}' is blocked by '{}': a public host is accepted", host.name, *entry
    );
}

std::optional<std::string_view> AddressGuard::refuse_address(const IpAddress& address) const
{
    const auto& blocked = blocked_addresses_;
    if (is_syntax_only_)
        return std::nullopt;
    if (std::find(blocked.begin(), blocked.end(), address) != blocked.end())
        return "a blocked address";
    const auto contains = [&](const IpNetwork& network) { return network.contains(address); };
    if (std::any_of(allowed_networks_.begin(), allowed_networks_.end(), contains))
        return std::nullopt;
    std::optional<std::string_view> kind = restricted_kind(address);
    for (const IpAddress& carried : carried_addresses(address))
        if (!kind)
            kind = refuse_address(carried);
    return kind;
}

const std::string* AddressGuard::blocking_entry(std::string_view name) const
{
    for (const std::string& host : blocked_hosts_)
        if (name == host)
            return &host;
    for (const std::string& suffix : blocked_suffixes_)
        if (ends_in(name, suffix))
            return &suffix;
    return nullptr;
}

} // namespace sluice
