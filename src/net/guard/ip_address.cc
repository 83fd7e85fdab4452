// SPDX-License-Identifier: Apache-2.0
#include "net/guard/ip_address.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

namespace sluice {

namespace {

std::optional<std::uint32_t> parse_number(std::string_view digits, int base)
{
    std::uint32_t value = 0;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (failure != std::errc() || end != digits.data() + digits.size())
        return std::nullopt;
    return value;
}

// A number as C writes it.
std::optional<std::uint32_t> parse_c_number(std::string_view text)
{
    if (text.starts_with("0x") || text.starts_with("0X"))
        return parse_number(text.substr(2), 16);
    return parse_number(text, text.starts_with('0') ? 8 : 10);
}

} // namespace

bool IpAddress::is_v4() const
{
    return std::all_of(bytes.begin(), bytes.begin() + 10, [](auto byte) { return byte == 0; }) &&
           bytes[10] == 0xff && bytes[11] == 0xff;
}

IpAddress make_ipv4(std::uint32_t number)
{
    IpAddress address;
    address.bytes[10] = address.bytes[11] = 0xff;
    for (std::size_t i = 0; i < 4; ++i)
        address.bytes[12 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    return address;
}

std::optional<IpAddress> parse_address(std::string_view text)
{
    const std::string terminated(text);
    if (terminated.size() != std::strlen(terminated.c_str()))
        return std::nullopt;
    in_addr v4{};
    if (inet_pton(AF_INET, terminated.c_str(), &v4) == 1)
        return make_ipv4(ntohl(v4.s_addr));
    IpAddress address;
    if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1)
        return address;
    return std::nullopt;
}

std::optional<IpAddress> parse_loose_ipv4(std::string_view text)
{
    const std::vector<std::string> parts = split(text, '.');
    if (parts.size() > 4)
        return std::nullopt;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::optional<std::uint32_t> part = parse_c_number(parts[i]);
        const std::size_t bytes = i + 1 < parts.size() ? 1 : 4 - i;
        if (!part || std::uint64_t{*part} >= std::uint64_t{1} << (8 * bytes))
            return std::nullopt;
        number = number << (8 * bytes) | *part;
    }
    return make_ipv4(static_cast<std::uint32_t>(number));
}

std::optional<IpAddress> address_of(const sockaddr& address)
{
    if (address.sa_family == AF_INET)
        return make_ipv4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
    if (address.sa_family != AF_INET6)
        return std::nullopt;
    IpAddress v6;
    const in6_addr& bytes = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    std::memcpy(v6.bytes.data(), &bytes, v6.bytes.size());
    return v6;
}

} // namespace sluice
