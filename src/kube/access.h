// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// Where the API of Kubernetes is and how we show who we are.
struct KubeAccess {
    std::string url = {}; // without a slash at its end
    std::string name_space = {};
    std::string ca_file = {};    // PEM; empty: the system's authorities
    std::string token_file = {}; // read again and again, since it changes; empty: no token
};

// The value of a variable of the environment; nothing when it is not set.
using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view)>;

// The access of a pod's service account, whose files lie in `folder`. Errors: not_found (this is no
// pod, or it has no such account), invalid (an address that is none, or no namespace).
Result<KubeAccess> access_in_cluster(
    const EnvironmentLookup& environment,
    const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount"
);

} // namespace sluice
