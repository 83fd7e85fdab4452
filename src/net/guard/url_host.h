// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "net/guard/ip_address.h"

namespace sluice {

// Where an http or https URL leads.
struct UrlHost {
    std::string name;                      // lower case, without brackets and the dots at its end
    std::optional<IpAddress> address = {}; // when the name is one, in whatever notation
    std::uint16_t port = 0;                // the scheme's own when the URL has none

    friend bool operator==(const UrlHost&, const UrlHost&) = default;
};

// Reads a URL for a webhook, strictly up to the path (RFC 3986), so that no other reader of it can
// see another host; behind that only spaces and control characters are refused. Errors: invalid,
// naming the host or the port at most.
Result<UrlHost> read_url_host(std::string_view url);

// A host as it stands in a URL or a list, without its port. Errors: invalid.
Result<UrlHost> read_host(std::string_view host);

} // namespace sluice
