// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/with_stop.h"
#include "async/worker_threads.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace sluice {

// Watches what a fetch brings, and stops it when that takes more of the disk than it may: sizes are
// not known before. Lives on the loop; `threads` outlives it.
class PrefetchLimit {
public:
    struct Options {
        std::uint64_t bytes_max = 10ull << 30;
        std::chrono::milliseconds look{250}; // at the disk, rarer when there are many files
    };

    PrefetchLimit(
        asio::any_io_executor executor, WorkerThreads& threads, std::string directory,
        Options options
    );

    StopEvent& stop() { return stop_; } // for the fetch

    // While the fetch runs. Goes on until it is cancelled.
    Async<Result<void>> run();

    // Looks once. True: there is more than the limit, now or before, and the stop is requested.
    Async<bool> is_passed();

private:
    WorkerThreads& threads_;
    std::string directory_;
    Options options_;
    StopEvent stop_;
};

// What the files below a directory take, without those that are links to objects. Nothing for what
// cannot be read. Blocking.
std::uint64_t bytes_on_disk(const std::string& directory);

} // namespace sluice
