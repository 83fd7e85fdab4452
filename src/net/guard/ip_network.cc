// SPDX-License-Identifier: Apache-2.0
#include "net/guard/ip_network.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sluice {

namespace {

constexpr unsigned mapped_prefix_bits = 96;

std::optional<unsigned> parse_decimal(std::string_view digits)
{
    unsigned value = 0;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc() || end != digits.data() + digits.size())
        return std::nullopt;
    return value;
}

bool has_bit(const IpAddress& address, unsigned bit)
{
    return (address.bytes[bit / 8] >> (7 - bit % 8)) & 1;
}

Error refused(std::string_view text)
{
    return {
        Errc::invalid, fmt::format(
                           "network '{}': an address and the length of its prefix, with no bit set "
                           "behind it, is accepted, like 10.0.0.0/8 or fd00::/8",
                           printable(text)
                       )};
}

} // namespace

bool IpNetwork::contains(const IpAddress& address) const
{
    if (first.is_v4() != address.is_v4())
        return false;
    for (unsigned bit = 0; bit < prefix_bits; ++bit)
        if (has_bit(first, bit) != has_bit(address, bit))
            return false;
    return true;
}

Result<IpNetwork> parse_network(std::string_view text)
{
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::optional<IpAddress> first = parse_address(text.substr(0, slash));
    if (!first)
        return refused(text);
    IpNetwork network{.first = *first};
    if (slash == text.size())
        return network;

    const bool is_dotted = text.find(':') == std::string_view::npos;
    const std::optional<unsigned> bits = parse_decimal(text.substr(slash + 1));
    if (!bits || *bits > (is_dotted ? 32u : 128u))
        return refused(text);
    network.prefix_bits = *bits + (is_dotted ? mapped_prefix_bits : 0);
    for (unsigned bit = network.prefix_bits; bit < 128; ++bit)
        if (has_bit(*first, bit))
            return refused(text);
    return network;
}

} // namespace sluice
