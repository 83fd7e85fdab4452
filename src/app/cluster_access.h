// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"
#include "async/async.h"
#include "base/log.h"
#include "kube/access.h"
#include "kube/cluster.h"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>

namespace sluice {

class WorkerThreads;

// The Kubernetes of the settings: --kube-url, --kube-context (kubectl proxy runs beside, for as
// long as this lives), or the cluster that this pod is in. Lives on the loop.
class ClusterAccess {
public:
    // Null when there is none. `threads` outlive it. Errors: invalid (what the settings or the pod
    // say cannot be), unavailable (kubectl proxy does not come up, in its words).
    static Async<Result<std::unique_ptr<ClusterAccess>>>
    open(asio::any_io_executor executor, const Config& config, WorkerThreads& threads, Log log);

    virtual ~ClusterAccess() = default; // after close()

    virtual Cluster& cluster() = 0;

    // Awaited before the end, when nothing uses the cluster any more.
    virtual Async<void> close() = 0;
};

// What runs the datums of a server: as the settings say; when they do not, Kubernetes if they tell
// where it is, or if this is a pod with a service account.
RunnerKind server_runner(const Config& config, const EnvironmentLookup& environment);

// A variable of this process.
std::optional<std::string> environment_variable(std::string_view name);

} // namespace sluice
