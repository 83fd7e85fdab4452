// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/log.h"
#include "exec/executor.h"
#include "workflows/body_threads.h"
#include "workflows/callback_thread.h"
#include "workflows/registry.h"
#include "workflows/run_cache.h"

#include <cstddef>
#include <memory>

namespace sluice {

class AttemptImpl;
class Store;
struct InputParts;

// Runs attempts of workflows: gathers the input, judges the rule, has the body run on a body
// thread, and says how it came out. On the loop.
//
// An attempt that is stopped is over for its task, but not here: execute() returns when the body
// has ended, so that one that blocks on keeps its place and its thread, and no crowd of such bodies
// grows beyond the slots. Only a worker that ends waits no longer: Dispatcher::stop() lets bodies
// run until its deadline, stops them then and abandons them. Each has `stop_patience` from its stop
// on to end by itself, so that nobody else begins with the task while it cleans up; one that was
// stopped long before has had it. execute() returns then, the lease is handed back if it is still
// ours, and the body is left to its thread: whatever it comes to is heard by nobody.
class BodyExecutor final : public Executor {
public:
    struct Options {
        std::size_t context_bytes_max = std::size_t{16} << 20;
        std::size_t deferred_max = 1000;
        Micros defer_after = std::chrono::seconds(5); // then a wait is written to the database
        Micros stop_patience = std::chrono::milliseconds(250);
    };

    // All borrowed for its life.
    struct Needs {
        asio::any_io_executor loop;
        Store& store;
        Registry& registry;
        RunCache& cache;
        BodyThreads& threads;
        CallbackThread& callbacks;
    };

    BodyExecutor(Needs needs, Options options, Log log);
    ~BodyExecutor() override; // every execute() must have returned

    Async<Outcome> execute(const Leased& task, Stop& stop) override;

    // Who the leases belong to; set before the first execute(), and when the worker is another one.
    void work_as(WorkerId worker);

    // The loop will not go on: tells all bodies to stop, and wakes those that wait.
    void tell_bodies();

    struct Load {
        std::size_t running = 0;  // bodies under way, with those that wait without a slot
        std::size_t overdue = 0;  // bodies whose attempt is over, and that still run
        std::size_t deferred = 0; // that wait without a slot
    };
    Load load() const;

private:
    struct Parts;
    class Running;
    std::shared_ptr<AttemptImpl>
    make_attempt(const Leased& task, const Registry::Found& known, InputParts input);

    std::unique_ptr<Parts> parts_;
};

} // namespace sluice
