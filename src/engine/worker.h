// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/log.h"
#include "exec/executor.h"
#include "store/requests.h"

#include <map>

namespace sluice {

class Store;

// This process as a holder of leases: registered in the database, kept alive by heartbeats.
class Worker {
public:
    struct Options {
        std::string name;
        std::string host;
        Micros lease = std::chrono::seconds(60);
        std::chrono::steady_clock::duration heartbeat = std::chrono::seconds(10);
    };

    Worker(asio::any_io_executor executor, Store& store, Options options, Log log);

    Async<Result<void>> enroll();
    Async<void> run(); // heartbeats until cancelled
    Async<void> leave();

    WorkerId id() const { return id_; }

    // An attempt that this process executes. It is stopped when its lease turns out to be lost.
    void began(const Leased& task, Stop& stop);
    void ended(const Leased& task);

    // Stops the attempts of these tasks, if they are ours.
    void lost(const std::vector<HeldLease>& leases);

    // The same once their tries are over: these were ended by their targets, which have yet to
    // answer.
    void outdated(const std::vector<TaskId>& tasks);

    Async<Result<void>> beat();

private:
    struct Attempt {
        int number = 0;
        Stop* stop = nullptr;
    };

    Async<Result<void>> start_anew();

    Store& store_;
    Options options_;
    Log log_;
    WorkerId id_;
    std::map<TaskId, Attempt> attempts_;
};

} // namespace sluice
