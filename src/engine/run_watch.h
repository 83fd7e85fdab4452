// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/signal.h"
#include "store/changes.h"
#include "store/reads.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>

namespace sluice {

class Store;

// Waits for runs to become final: woken by commits, not by asking again and again.
class RunWatch {
public:
    RunWatch(asio::any_io_executor executor, Store& store)
        : executor_(std::move(executor)), store_(store)
    {}

    // Returns when the run is final, or after `limit` with the run as it is then. Errors:
    // not_found.
    Async<Result<Reads::Run>> wait(RunId run, std::chrono::steady_clock::duration limit);

    void changed(const Changes& changes);

private:
    asio::any_io_executor executor_;
    Store& store_;
    std::multimap<RunId, Signal*> waiting_;
};

} // namespace sluice
