// SPDX-License-Identifier: Apache-2.0
#include "net/guard/url_host.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sluice {

namespace {

constexpr std::size_t url_bytes_max = 16u << 10; // percent-encoded it must fit the client
constexpr std::size_t host_bytes_max = 253;      // RFC 1035, section 2.3.4, as text

Error invalid(std::string detail)
{
    return {Errc::invalid, std::move(detail)};
}

bool is_blank_or_control(char c)
{
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
}

bool is_host_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

// No name ends so, and readers of URLs do not agree on what such a host means.
bool ends_in_number(std::string_view name)
{
    const std::string_view last = name.substr(name.rfind('.') + 1);
    const bool is_decimal =
        std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
    return is_decimal || last.starts_with("0x");
}

Result<UrlHost> read_ipv6(std::string_view host)
{
    const std::string_view inside = host.substr(1, host.size() - 2);
    const std::optional<IpAddress> address = parse_address(inside);
    if (!host.ends_with(']') || inside.find(':') == std::string_view::npos || !address)
        return invalid(fmt::format(
            "host '{}': an IPv6 address without a zone is accepted in brackets", printable(host)
        ));
    return UrlHost{.name = to_lower(inside), .address = address};
}

// The part behind the host, with its colon, or the scheme's own port.
Result<std::uint16_t> read_port(std::string_view text, std::uint16_t own)
{
    if (text.empty())
        return own;
    const bool has_colon = text.front() == ':';
    text.remove_prefix(has_colon ? 1 : 0);
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool is_whole = failure == std::errc() && end == text.data() + text.size();
    if (!has_colon || !is_whole || port == 0)
        return invalid(
            fmt::format("port '{}': 1 to 65535 is accepted", printable(text.substr(0, 20)))
        );
    return port;
}

Result<UrlHost> read_authority(std::string_view authority, std::uint16_t own_port)
{
    if (authority.find('@') != std::string_view::npos)
        return invalid("URL: a user or password is not accepted; an Authorization header is");
    const std::size_t bracket = std::min(authority.find(']'), authority.size());
    const std::size_t end =
        std::min(authority.starts_with('[') ? bracket + 1 : authority.find(':'), authority.size());
    Result<UrlHost> host = read_host(authority.substr(0, end));
    if (!host)
        return host;
    const Result<std::uint16_t> port = read_port(authority.substr(end), own_port);
    if (!port)
        return port.error();
    host->port = *port;
    return host;
}

} // namespace

Result<UrlHost> read_host(std::string_view host)
{
    if (host.size() > host_bytes_max)
        return invalid(
            fmt::format("host of {} bytes: at most {} are accepted", host.size(), host_bytes_max)
        );
    if (host.starts_with('['))
        return read_ipv6(host);

    UrlHost read{.name = to_lower(host)};
    while (read.name.ends_with('.'))
        read.name.pop_back();
    const auto& name = read.name;
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_host_character))
        return invalid(fmt::format(
            "host '{}': a name of letters, digits, '-', '_' and '.', or an address, is accepted",
            printable(host)
        ));
    read.address = parse_loose_ipv4(name);
    if (!read.address && ends_in_number(name))
        return invalid(fmt::format(
            "host '{}': an IPv4 address of four numbers up to 255 is accepted", printable(host)
        ));
    return read;
}

Result<UrlHost> read_url_host(std::string_view url)
{
    if (url.size() > url_bytes_max)
        return invalid(
            fmt::format("URL of {} bytes: at most {} are accepted", url.size(), url_bytes_max)
        );
    if (std::any_of(url.begin(), url.end(), is_blank_or_control))
        return invalid("URL: one without spaces and control characters is accepted");

    const std::size_t colon = std::min(url.find("://"), url.size());
    const std::string scheme = to_lower(url.substr(0, colon));
    if (colon == url.size() || (scheme != "http" && scheme != "https"))
        return invalid("URL: an absolute http:// or https:// URL is accepted");
    const std::string_view rest = url.substr(colon + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    return read_authority(authority, scheme == "http" ? 80 : 443);
}

} // namespace sluice
