// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "net/guard/ip_address.h"

namespace sluice {

// The addresses that begin with the same bits.
struct IpNetwork {
    IpAddress first;
    unsigned prefix_bits = 128; // of the 128, also for IPv4

    // "::/0" contains no IPv4 address, although its mapped form would fit.
    bool contains(const IpAddress& address) const;
};

// CIDR notation (RFC 4632, RFC 4291): "10.0.0.0/8", "fd00::/8"; a single address stands for itself.
// Errors: invalid, also for bits set behind the prefix.
Result<IpNetwork> parse_network(std::string_view text);

} // namespace sluice
