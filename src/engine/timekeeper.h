// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/signal.h"
#include "base/log.h"
#include "store/changes.h"
#include "store/reads.h"

#include <chrono>
#include <optional>

namespace sluice {

class Store;

// Does what time alone brings about: due timers, timeouts, rescues, sweeps, the clock itself, and
// changed rules that tasks have not followed. One query tells what is due and when the next thing
// will be; a timer sleeps until then, at most `pulse`, which is the safety net for what other
// processes do.
class Timekeeper {
public:
    struct Options {
        std::chrono::steady_clock::duration pulse = std::chrono::seconds(1);
        // Who claims has found nothing since the last look; asked before each.
        std::function<bool()> is_idle = [] { return true; };
        std::function<void()> on_ready = [] {}; // while idle: there are tasks that may be claimed
        bool looks_for_dead = true; // else what a dead process holds is free when its lease ends
    };

    Timekeeper(asio::any_io_executor executor, Store& store, Options options, Log log);

    // Does everything that is due now. Errors: those of the store.
    Async<Result<void>> run_once();
    Async<void> run();

    void changed(const Changes& changes);

private:
    Async<Result<void>> follow_clock(const Reads::Pulse& pulse, Micros asked_at);
    Async<Result<void>> rescue(const Reads::Pulse& pulse);
    Async<Result<void>> do_duties(const Reads::Pulse& pulse);
    Async<Result<void>> follow_rules();
    std::chrono::steady_clock::duration time_to_sleep() const;
    Reads::Look where_to_look();

    Store& store_;
    Options options_;
    Log log_;
    Signal wake_;
    std::optional<Time> next_due_;
    bool clock_followed_ = false;
    Time rescued_{}; // the leases of workers whose time had ended by then have been rescued
    Micros forget_rescued_{0}; // since boot
};

} // namespace sluice
