// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

using PodVariables = std::map<std::string, std::string>;

// What the worker of a pod is told: the job by its argument, everything else by variables.
struct PodSettings {
    std::string job;
    std::string server;    // SLUICE_SERVER
    std::string node_name; // SLUICE_NODE_NAME
    std::string pod_name;  // SLUICE_POD_NAME
    std::string log;       // SLUICE_LOG, else RUST_LOG, else "warn"
    std::string ca_file;   // SSL_CERT_FILE, else the authorities that were brought along
    std::uint64_t prefetch_bytes_max = 10ull << 30; // SLUICE_PREFETCH_MAX; 0: no prefetch

    // What every command gets: the variables of the pod, without those that only we need.
    std::vector<std::string> command_env;
};

// Errors (invalid): arguments that are not one job, a variable that is missing or cannot be; the
// detail names it.
Result<PodSettings>
read_pod_settings(const std::vector<std::string>& arguments, const PodVariables& variables);

PodVariables pod_variables(); // all of this process

} // namespace sluice
