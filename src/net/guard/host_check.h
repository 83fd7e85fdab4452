// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "net/guard/address_guard.h"

#include <chrono>
#include <functional>
#include <vector>

namespace sluice {

// The addresses of a host name. An error means that there are none to be had now.
using LookUp = std::function<Async<Result<std::vector<IpAddress>>>(std::string name)>;

// Asks the system's resolver, which answers one after the other. Cancellation ends the wait at
// once, not the resolver's work.
Async<Result<std::vector<IpAddress>>> look_up(std::string name);

struct HostCheckOptions {
    std::chrono::milliseconds limit{2000};
    LookUp look_up = &sluice::look_up;
};

// Looks up where the name of a URL leads (UrlHost::name) and says why the guard refuses that; one
// refused address is enough. Nothing when it is accepted, also when the name has no addresses or
// they do not come within the limit: what counts is the address that is connected to later.
// `guard` and `options` outlive the call.
Async<std::optional<std::string>>
refuse_name(const AddressGuard& guard, std::string name, const HostCheckOptions& options);

} // namespace sluice
