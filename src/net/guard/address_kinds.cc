// SPDX-License-Identifier: Apache-2.0
#include "net/guard/address_kinds.h"

#include "base/assert.h"
#include "net/guard/ip_network.h"

#include <span>

namespace sluice {

namespace {

struct Range {
    IpNetwork network;
    std::string_view kind;
};

struct Carrier {
    IpNetwork network;
    std::size_t at; // where the four bytes stand
    std::uint8_t mask = 0;
};

IpNetwork network(std::string_view text)
{
    const Result<IpNetwork> parsed = parse_network(text);
    SLUICE_ASSERT(parsed);
    return *parsed;
}

// From the special-purpose address registries (RFC 6890), first match first. The documentation
// ranges (RFC 5737, RFC 3849) are missing on purpose: nothing answers there, and examples and
// tests use them.
std::span<const Range> restricted_ranges()
{
    static const Range ranges[] = {
        {network("0.0.0.0/8"), "an unspecified address"},          // RFC 1122: "this" network
        {network("10.0.0.0/8"), "a private address"},              // RFC 1918
        {network("100.64.0.0/10"), "a carrier-grade NAT address"}, // RFC 6598
        {network("127.0.0.0/8"), "a loopback address"},            // RFC 1122
        {network("168.63.129.16/32"), "a cloud metadata address"}, // Azure: WireServer
        {network("169.254.0.0/16"), "a link-local address"},       // RFC 3927
        {network("172.16.0.0/12"), "a private address"},           // RFC 1918
        {network("192.0.0.0/24"), "a reserved address"},           // RFC 6890: protocol assignments
        {network("192.168.0.0/16"), "a private address"},          // RFC 1918
        {network("198.18.0.0/15"), "a benchmarking address"},      // RFC 2544
        {network("224.0.0.0/4"), "a multicast address"},           // RFC 5771
        {network("255.255.255.255/32"), "a broadcast address"},    // RFC 919
        {network("240.0.0.0/4"), "a reserved address"},            // RFC 1112
        {network("::/128"), "an unspecified address"},             // RFC 4291
        {network("::1/128"), "a loopback address"},                // RFC 4291
        {network("64:ff9b:1::/48"), "a NAT64 address of local use"}, // RFC 8215
        {network("2001:2::/48"), "a benchmarking address"},          // RFC 5180
        {network("fc00::/7"), "a unique-local address"},             // RFC 4193
        {network("fe80::/10"), "a link-local address"},              // RFC 4291
        {network("fec0::/10"), "a site-local address"},              // RFC 3879
        {network("ff00::/8"), "a multicast address"},                // RFC 4291
    };
    return ranges;
}

// All of IPv6 that is public (RFC 4291 and IANA's registry of its address space).
const IpNetwork& global_unicast()
{
    static const IpNetwork range = network("2000::/3");
    return range;
}

std::span<const Carrier> carriers()
{
    static const Carrier all[] = {
        {network("::/96"), 12},           // RFC 4291: IPv4-compatible
        {network("::ffff:0:0:0/96"), 12}, // RFC 2765: IPv4-translated
        {network("64:ff9b::/96"), 12},    // RFC 6052: NAT64
        {network("2002::/16"), 2},        // RFC 3056: 6to4
        {network("2001::/32"), 4},        // RFC 4380: Teredo, the server
        {network("2001::/32"), 12, 0xff}, // RFC 4380: Teredo, the client, inverted
    };
    return all;
}

} // namespace

std::optional<std::string_view> restricted_kind(const IpAddress& address)
{
    for (const Range& range : restricted_ranges())
        if (range.network.contains(address))
            return range.kind;
    const bool is_public = address.is_v4() || global_unicast().contains(address);
    if (is_public || !carried_addresses(address).empty())
        return std::nullopt;
    return "a reserved address";
}

std::vector<IpAddress> carried_addresses(const IpAddress& address)
{
    std::vector<IpAddress> carried;
    for (const Carrier& carrier : carriers()) {
        if (!carrier.network.contains(address))
            continue;
        std::uint32_t number = 0;
        for (std::size_t i = carrier.at; i < carrier.at + 4; ++i)
            number = number << 8 | static_cast<std::uint8_t>(address.bytes[i] ^ carrier.mask);
        carried.push_back(make_ipv4(number));
    }
    return carried;
}

} // namespace sluice
