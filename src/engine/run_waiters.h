// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/signal.h"
#include "base/log.h"
#include "store/changes.h"

#include <chrono>
#include <functional>
#include <unordered_map>
#include <vector>

namespace sluice {

class Store;

// Thousands of runs of workflows that somebody waits for: one entry of a table each, and neither a
// coroutine nor a timer. What this process ends itself comes with the commit (Changes::ended_runs,
// after Store::tell_ends()); what others may have ended is read, for all that wait at once. Lives
// on the loop.
class RunWaiters {
public:
    using Clock = std::chrono::steady_clock;
    using Ended = std::function<void(const EndedRun&)>;

    struct Options {
        std::size_t ids_max = 1000;                        // of one read
        Clock::duration safety = std::chrono::seconds(10); // the net under lost news
    };

    RunWaiters(asio::any_io_executor executor, Store& store, Options options, Log log);
    RunWaiters(const RunWaiters&) = delete;
    RunWaiters& operator=(const RunWaiters&) = delete;

    // Whether the run may have ended before anybody waited for it. `needless`: it was submitted
    // with tasks in this turn of the loop.
    enum class Look : std::uint8_t { asked, needless };

    struct Ticket {
        RunId run;
        std::uint64_t number = 0;
    };

    // Calls `ended` on the loop, once, when the run is final; never, when there is no such run.
    // `ended` may expect and cancel others.
    Ticket expect(RunId run, Ended ended, Look look = Look::asked);

    // Nothing is called any more; of one that was called, nothing happens.
    void cancel(const Ticket& ticket);
    void cancel_all() { waiting_.clear(); }

    std::size_t size() const { return waiting_.size(); }

    // Reads what is to be looked at now. The reply: how many reads it took. Errors: those of the
    // store; the same is looked at again then.
    Async<Result<std::size_t>> run_once();
    Async<void> run(); // until cancelled

    void changed(const Changes& changes);

    // After a look that took so long the next one is not made before.
    static Clock::duration pause_after(Clock::duration took);

private:
    struct Waiter {
        std::uint64_t number = 0;
        Ended ended;
    };

    std::vector<RunId> take_asked();
    void ask_for_all();
    void complete(const EndedRun& run);
    bool is_asked() const { return asks_for_all_ || !asked_.empty(); }
    Clock::duration time_to_sleep() const;

    Store& store_;
    Options options_;
    Log log_;
    Signal wake_;
    std::unordered_multimap<RunId, Waiter> waiting_;
    std::uint64_t last_number_ = 0;
    std::vector<RunId> asked_; // to be looked at
    bool asks_for_all_ = false;
    Clock::time_point next_look_{};      // not before
    Clock::time_point last_look_at_all_; // of all that wait
};

} // namespace sluice
