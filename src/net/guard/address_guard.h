// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/guard/ip_network.h"
#include "net/guard/url_host.h"

#include <vector>

namespace sluice {

// Says which URLs and addresses the webhooks of strangers may reach: those of the public internet.
// A URL is asked about when it is given, the address again when it is connected to (HttpClient),
// because names change their addresses.
class AddressGuard {
public:
    struct Options {
        // Besides localhost and metadata.google.internal; an address is blocked in every notation.
        std::vector<std::string> blocked_hosts = {};

        // Besides .local, .internal, .localdomain and .localhost; with or without the first dot,
        // ".corp" blocks "corp" and "a.corp", but not "acorp".
        std::vector<std::string> blocked_suffixes = {};

        // CIDR. For development and private networks: addresses in them may be reached. With
        // 127.0.0.1 or ::1 among them, localhost, .localdomain and .localhost are not blocked.
        std::vector<std::string> allowed_networks = {};

        bool syntax_only = false; // allows every host and address
    };

    // Errors: invalid (an element that is empty or no host, suffix or network).
    static Result<AddressGuard> make(Options options);

    // Why the URL is refused, naming its host at most; nothing when it is accepted.
    std::optional<std::string> refuse_url(std::string_view url) const;
    std::optional<std::string> refuse_host(const UrlHost& host) const;

    // What the address is when it must not be reached, like "a loopback address".
    std::optional<std::string_view> refuse_address(const IpAddress& address) const;
    bool allows(const IpAddress& address) const { return !refuse_address(address); }

    bool is_syntax_only() const { return is_syntax_only_; }

private:
    AddressGuard() = default;
    Result<void> add(const Options& options);
    void add_built_in();
    const std::string* blocking_entry(std::string_view name) const;

    std::vector<std::string> blocked_hosts_;
    std::vector<std::string> blocked_suffixes_; // each with its first dot
    std::vector<IpAddress> blocked_addresses_;
    std::vector<IpNetwork> allowed_networks_;
    bool is_syntax_only_ = false;
};

} // namespace sluice
