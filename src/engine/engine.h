// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "async/task_scope.h"
#include "base/log.h"
#include "engine/dispatcher.h"
#include "engine/run_waiters.h"
#include "engine/run_watch.h"
#include "engine/timekeeper.h"
#include "engine/worker.h"
#include "store/changes.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

class Store;

// The services of one process over one store: what the surfaces stand on. Lives on the loop;
// start() first, stop() and await it before the end. The store outlives it.
class Engine {
public:
    struct Options {
        std::string worker_name; // shown to users; the host's name and the process id, for instance
        std::string host;
        std::string address; // where other servers reach this one; empty: nowhere
        Micros lease = std::chrono::seconds(60);
        std::chrono::steady_clock::duration heartbeat = std::chrono::seconds(10);
        std::chrono::steady_clock::duration pulse = std::chrono::seconds(1); // of the timekeeper
        bool looks_for_dead = true;                                          // likewise
    };

    Engine(asio::any_io_executor executor, Store& store, Options options, Log log);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // Looks at the clock and at what is overdue, then starts the background services. Errors: those
    // of the store.
    Async<Result<void>> start();

    // What others may know of this process: see Worker::describe(). Also before the first serve().
    void describe(std::string serves, std::string load);

    // Registers this process as a worker, if it is none yet: then worker_id() tells who it is, and
    // what it leads is its own for as long as it lives. Errors: those of the store.
    Async<Result<void>> enroll();

    // Serves queues with an executor (borrowed until stop()). Enrolls this process first.
    Async<Result<Dispatcher*>> serve(Dispatcher::Options options, Executor& executor);

    // Stops claiming.
    void close();

    // Closes, lets what runs end for `grace`, hands back the rest, ends the services.
    Async<void> stop(std::chrono::steady_clock::duration grace);

    Store& store() { return store_; }

    // Of this process as a holder of leases; none before enroll() and the first serve().
    WorkerId worker_id() const { return worker_ ? worker_->id() : WorkerId{}; }
    RunWatch& runs() { return runs_; }
    RunWaiters& run_waiters() { return run_waiters_; }
    const Clock& clock() const;

    // More than one part of a program may want to hear of commits.
    void on_changes(OnChanges callback) { listeners_.push_back(std::move(callback)); }

private:
    void changed(const Changes& changes);
    bool is_idle();
    void look_again();

    Store& store_;
    Options options_;
    Log log_;
    TaskScope scope_;
    RunWatch runs_;
    RunWaiters run_waiters_;
    Timekeeper timekeeper_;
    std::unique_ptr<Worker> worker_;
    std::optional<std::pair<std::string, std::string>> description_; // before there is a worker
    std::vector<std::unique_ptr<Dispatcher>> dispatchers_;
    std::vector<OnChanges> listeners_;
};

} // namespace sluice
