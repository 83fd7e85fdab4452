// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/guard/ip_address.h"

#include <vector>

namespace sluice {

// What an address is that lies outside of the public internet, for messages: "a loopback address".
// Nothing for a public one and for one that only carries others.
std::optional<std::string_view> restricted_kind(const IpAddress& address);

// The IPv4 addresses to which packets for this IPv6 address end up being sent: NAT64, 6to4, Teredo
// and the like write them into it.
std::vector<IpAddress> carried_addresses(const IpAddress& address);

} // namespace sluice
