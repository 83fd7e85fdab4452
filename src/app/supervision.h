// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cluster_access.h"
#include "async/task_scope.h"
#include "batch/cluster/supervisor.h"

#include <memory>
#include <optional>
#include <string>

namespace sluice {

class Engine;

// The Kubernetes of a server whose jobs run in pods: the way to it, and who looks after the jobs
// there. Lives on the loop.
class Supervision {
public:
    // What all of it outlives.
    struct Parts {
        asio::any_io_executor executor;
        Engine& engine;
        const Config& config;
        WorkerThreads& threads;
        Log log;
    };

    // Enrolls the engine. Errors: invalid (a setting that is missing), not_found (no Kubernetes is
    // told of), those of ClusterAccess::open() and of the store.
    static Async<Result<std::unique_ptr<Supervision>>> open(Parts parts);

    Supervision(Parts parts, std::unique_ptr<ClusterAccess> access);
    ~Supervision(); // after stop()

    // Looks after the jobs from now on; `server_url`: where their pods reach this server.
    void start(std::string server_url);

    // Returns when nothing of it is under way. The jobs are led by other servers then.
    Async<void> stop();

    Cluster& cluster() { return access_->cluster(); }

    // Why Kubernetes cannot be reached; empty: it can.
    std::string trouble() const { return supervisor_ ? supervisor_->trouble() : ""; }

private:
    Parts parts_;
    TaskScope scope_;
    std::unique_ptr<ClusterAccess> access_;
    std::optional<Supervisor> supervisor_;
};

// What Jobs and pods get of the settings. `environment`: of the server, for what its buckets need
// and is no secret.
ClusterJobSettings cluster_job_settings(
    const Config& config, std::string name_space, std::string server_url,
    const EnvironmentLookup& environment
);

} // namespace sluice
