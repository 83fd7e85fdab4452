// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http.h"
#include "net/rate_limit.h"

#include <optional>
#include <string_view>

namespace sluice {

// 127.0.0.0/8 and ::1, also as ::ffff:127.0.0.1. What is not an address is not one.
bool is_loopback(std::string_view address);

// How often one client may ask: the name of its API key is the client, else its address. Who is on
// this machine may ask as often as it likes. Lives on the loop.
class ClientLimit {
public:
    // Nothing: there is no limit.
    explicit ClientLimit(const std::optional<RateLimit::Options>& options);

    // After the gate, which says whose key it is: a 429, or nothing. `now` never goes back.
    std::optional<Response> refuse(const Request& request, RateLimit::TimePoint now);

private:
    std::optional<RateLimit> limit_;
    std::uint32_t requests_ = 0;
};

} // namespace sluice
