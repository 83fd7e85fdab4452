// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/os.h"
#include "bench/http_bench.h"

#include <memory>

#include <sys/types.h>

namespace sluice::bench {

// `sluice serve` as a process of its own, on a free port of this machine. It ends with this object,
// and with this process however that ends. Blocks, so it starts before the loop runs and ends
// after.
class ServerProcess {
public:
    // Returns when the server listens. Errors: unavailable, with what it wrote itself on stderr.
    static Result<std::unique_ptr<ServerProcess>> start(const HttpBenchOptions& options);

    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    std::uint16_t port() const { return port_; }
    pid_t pid() const { return pid_; }

    double resident_mib() const; // now

private:
    ServerProcess(pid_t pid, Fd output) : pid_(pid), output_(std::move(output)) {}

    Result<void> wait_until_listening();

    pid_t pid_;
    Fd output_; // open as long as it may write there
    std::uint16_t port_ = 0;
};

} // namespace sluice::bench
