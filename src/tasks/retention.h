// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "base/log.h"
#include "base/time.h"
#include "store/rows.h"

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace sluice {

class Store;

// Removes what has become old: batches that ended long ago, tasks that were hidden long ago, and
// lines of the audit. Each transaction removes a bounded number, and each pass goes on until
// nothing old is left. Several processes may do so at once: what one is busy with, the others pass
// over. Lives on the loop; the store outlives it.
class Retention {
public:
    struct Pass {
        std::size_t tasks = 0;       // that were removed, also before it failed
        std::size_t audit_lines = 0; // likewise
        Micros took{0};
        std::optional<Error> problem;
    };

    struct Options {
        // So old things are removed; nothing: they are kept.
        std::optional<Micros> ended = {};  // batches, since their end
        std::optional<Micros> hidden = {}; // tasks, since they were deleted softly
        std::optional<Micros> audit = std::chrono::days(90);
        std::size_t piece = 1000; // tasks or lines of one transaction
        std::chrono::steady_clock::duration interval = std::chrono::hours(1);
        std::function<void(const Pass&)> on_pass = [](const Pass&) {};
    };

    Retention(asio::any_io_executor executor, Store& store, Options options, Log log);

    // One pass.
    Async<Pass> run_once();

    // At once and after each interval, until stop(). It ends with the transaction under way.
    Async<void> run();
    void stop();

private:
    Async<Result<void>> do_all(Pass& pass);
    Async<Result<void>> purge_batches(Pass& pass, Time ended_before);
    Async<Result<void>> purge(Pass& pass, std::vector<RunId> batches, Time ended_before);
    Async<Result<void>> purge_hidden(Pass& pass, Time hidden_before);
    Async<Result<void>> prune_audit(Pass& pass, Time before);
    void report(const Pass& pass) const;

    Store& store_;
    Options options_;
    Log log_;
    Signal wake_;
    bool stopping_ = false;
};

} // namespace sluice
