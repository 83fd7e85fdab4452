// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/with_stop.h"
#include "base/log.h"
#include "exec/executor.h"
#include "store/execution_requests.h"

#include <chrono>
#include <optional>

namespace sluice {

class Store;

// The waits of one attempt without its slot, as the engine and the database see them. A short one
// is nobody's business; from `defer_after` on it stands in the database, so that the clock of the
// timeout stands still and a restart does not count as a recovery. On the loop.
class Deferral {
public:
    using Clock = std::chrono::steady_clock;

    // All borrowed for its life; `worker` is whoever it is when something is written.
    Deferral(
        asio::any_io_executor loop, Store& store, const Leased& task, Stop& stop,
        const WorkerId& worker, Micros defer_after, Log log
    );

    // The slot goes to others.
    void begin();
    bool is_under_way() const { return is_under_way_; }

    // When it is to be written that the attempt waits; none: not now.
    std::optional<Clock::time_point> due() const { return due_; }
    Async<void> write();

    enum class End : std::uint8_t {
        slot_is_back,
        broken_off, // by break_off()
        lost,       // the lease is another's by now
    };
    Async<End> end();

    // The attempt has ended: nobody waits for a slot any more. An end() under way returns.
    void break_off() { broken_off_.request(); }

private:
    Async<Result<bool>> defer(Defer::To to);

    Store& store_;
    const Leased& task_;
    Stop& stop_;
    const WorkerId& worker_;
    Micros defer_after_;
    Log log_;
    StopEvent broken_off_;
    bool is_under_way_ = false;
    bool is_written_ = false; // perhaps
    std::optional<Clock::time_point> due_;
};

} // namespace sluice
