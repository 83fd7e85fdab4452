// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"

#include <chrono>
#include <optional>
#include <string>

namespace sluice {

class WorkerThreads;

// The token of a file that Kubernetes writes anew before the old one ends. Lives on the loop.
class KubeToken {
public:
    // `file` empty: there is no token. `keep`: how long what was read is used.
    KubeToken(WorkerThreads& threads, std::string file, std::chrono::milliseconds keep)
        : threads_(threads), file_(std::move(file)), keep_(keep)
    {}

    bool is_used() const { return !file_.empty(); }

    // Errors: unavailable (the file cannot be read, or is empty).
    Async<Result<std::string>> get();

    // It was not accepted: read the file again.
    void refused() { read_at_.reset(); }

private:
    WorkerThreads& threads_;
    std::string file_;
    std::chrono::milliseconds keep_;
    std::string token_;
    std::optional<std::chrono::steady_clock::time_point> read_at_;
};

} // namespace sluice
