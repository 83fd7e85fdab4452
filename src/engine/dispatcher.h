// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "async/task_scope.h"
#include "engine/worker.h"
#include "exec/executor.h"
#include "store/store.h"

#include <chrono>
#include <list>
#include <memory>

namespace sluice {

// Claims tasks of some queues, hands them to an executor and reports how they ended. One claim is
// under way at a time; it is asked for in the same write group as the reports that freed the
// places, so a chain of tasks costs one commit per link.
class Dispatcher {
public:
    struct Options {
        std::vector<std::string> queues; // names, or prefixes "job/*"
        std::size_t capacity = 1;        // attempts under way
        std::size_t claim_max = 500;     // of one claim
        Claim::As as = Claim::As::running;
    };

    Dispatcher(
        asio::any_io_executor executor, Store& store, Worker& worker, Executor& tasks,
        Options options, Log log
    );

    Async<void> run(); // until close()

    // Claims nothing more.
    void close();

    // After close(): waits for what runs until `deadline`, then stops it and hands it back.
    Async<void> stop(std::chrono::steady_clock::time_point deadline);

    void changed(const Changes& changes);

    std::size_t executing() const { return executing_; }

private:
    struct Attempt {
        Leased task;
        Stop stop;
    };
    using Attempts = std::list<Attempt>;

    Async<Result<std::vector<Leased>>> claim();
    Async<void> execute(Attempts::iterator attempt);

    Store& store_;
    Worker& worker_;
    Executor& tasks_;
    Options options_;
    Log log_;
    std::shared_ptr<const QueueFilter> filter_;
    TaskScope scope_;
    Signal wake_;
    Attempts attempts_;
    std::size_t executing_ = 0;
    bool closed_ = false;
    bool stopping_ = false;
};

} // namespace sluice
