// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/signal.h"
#include "async/task_scope.h"
#include "base/log.h"
#include "net/guard/address_guard.h"
#include "store/changes.h"
#include "store/schedule_rows.h"

#include <chrono>
#include <optional>
#include <vector>

namespace sluice {

class Store;

// Fires the ticks of schedules: takes those that are due, in rounds, and sleeps until the next one
// is. Any number of servers may do so on one database. Lives on the loop; what it is given outlives
// it. run() ends after close().
class Scheduler {
public:
    struct Options {
        std::size_t ticks_max = 100; // of one round
        // The net under lost news: a database is looked at so often at least.
        std::chrono::steady_clock::duration pulse = std::chrono::seconds(10);
    };

    Scheduler(
        asio::any_io_executor executor, Store& store, const AddressGuard& guard, Options options,
        Log log
    );

    // One round, when something is due. The reply: how many schedules it has looked at. Errors:
    // those of the store.
    Async<Result<std::size_t>> run_once();
    Async<void> run();
    void close();

    void changed(const Changes& changes);

private:
    Async<void> fire_all(std::vector<StoredSchedule> schedules);
    Async<void> fire(StoredSchedule schedule);
    std::chrono::steady_clock::duration time_to_sleep() const;

    Store& store_;
    const AddressGuard& guard_;
    Options options_;
    Log log_;
    Signal wake_;
    TaskScope round_;
    std::size_t spare_ = 0;
    std::optional<Time> next_due_;
    Time looked_at_{};
    bool closed_ = false;
};

} // namespace sluice
