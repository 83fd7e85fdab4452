// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/schedule_rounds.h"
#include "net/guard/address_guard.h"

#include <chrono>

namespace sluice {

// Fires the ticks of schedules that create batches: the rounds of servers. Lives on the loop; what
// it is given outlives it.
class Scheduler {
public:
    struct Options {
        std::size_t ticks_max = 100;                                          // of one round
        std::chrono::steady_clock::duration pulse = std::chrono::seconds(10); // as ScheduleRounds
    };

    Scheduler(
        asio::any_io_executor executor, Store& store, const AddressGuard& guard, Options options,
        Log log
    );

    // As those of ScheduleRounds.
    Async<Result<std::size_t>> run_once() { return rounds_.run_once(); }
    Async<void> run() { return rounds_.run(); }
    void close() { rounds_.close(); }
    void changed(const Changes& changes) { rounds_.changed(changes); }

private:
    Async<void> fire(StoredSchedule schedule, std::size_t& spare);

    Store& store_;
    const AddressGuard& guard_;
    Log log_;
    ScheduleRounds rounds_;
};

} // namespace sluice
