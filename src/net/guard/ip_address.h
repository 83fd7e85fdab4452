// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

struct sockaddr;

namespace sluice {

// An IPv4 or IPv6 address. IPv4 stands as its IPv4-mapped form (RFC 4291, section 2.5.5.2): the
// kernel connects "::ffff:10.0.0.1" to 10.0.0.1, so nothing here can tell the two apart either.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{}; // network order

    bool is_v4() const;
    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

IpAddress make_ipv4(std::uint32_t number);

// The usual notation: four decimal numbers, or IPv6 without brackets and zone.
std::optional<IpAddress> parse_address(std::string_view text);

// Every IPv4 notation of inet_aton(3), which libcurl and the system's resolver accept for a host:
// one to four numbers, decimal, octal (0177) or hexadecimal (0x7f), the last one filling the rest.
std::optional<IpAddress> parse_loose_ipv4(std::string_view text);

// Nothing for another address family.
std::optional<IpAddress> address_of(const sockaddr& address);

} // namespace sluice
