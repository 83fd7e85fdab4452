// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/signal.h"
#include "base/log.h"
#include "exec/executor.h"
#include "store/requests.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace sluice {

class Store;

// This process as a holder of leases: registered in the database, kept alive by heartbeats.
class Worker {
public:
    struct Options {
        std::string name;
        std::string host;
        std::string address; // see Engine::Options
        Micros lease = std::chrono::seconds(60);
        std::chrono::steady_clock::duration heartbeat = std::chrono::seconds(10);
        std::chrono::steady_clock::duration load_pause = std::chrono::seconds(1); // see describe()
    };

    Worker(asio::any_io_executor executor, Store& store, Options options, Log log);

    Async<Result<void>> enroll();
    Async<void> run(); // heartbeats until cancelled
    Async<void> leave();

    WorkerId id() const { return id_; }

    // What others may know of this worker (see DescribeWorker). The first is written at once, and
    // so is what it serves when that has changed. A changed load alone waits until `load_pause` has
    // passed since the last writing. What has not changed is not written again.
    void describe(std::string serves, std::string load);

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

    struct Description {
        std::string serves;
        std::string load;

        friend bool operator==(const Description&, const Description&) = default;
    };
    using Clock = std::chrono::steady_clock;

    Async<Result<void>> start_anew();
    Async<Result<void>> tell_description();
    bool owes_description() const { return described_ && described_ != told_; }
    Clock::time_point tells_at() const; // what it owes

    Store& store_;
    Options options_;
    Log log_;
    WorkerId id_;
    Signal wake_;
    std::optional<Description> described_;
    std::optional<Description> told_;
    Clock::time_point may_tell_{};      // not before
    Clock::time_point may_tell_load_{}; // a changed load, not before
    std::map<TaskId, Attempt> attempts_;
};

} // namespace sluice
