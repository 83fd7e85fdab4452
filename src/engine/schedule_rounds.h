// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/signal.h"
#include "async/task_scope.h"
#include "base/log.h"
#include "store/changes.h"
#include "store/schedule_rows.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

class Reads;
class Store;

// Looks at the schedules of one kind that are due, in rounds, and sleeps until the next one is. Any
// number of processes may do so on one database. What a tick creates is the business of who fires.
// Lives on the loop; what it is given outlives it. run() ends after close().
class ScheduleRounds {
public:
    // Fires what a schedule that was taken owes, each tick with how far the schedule comes by it;
    // several are under way at once. `spare`: so many ticks may be fired in this round beyond one
    // of each schedule, by whoever counts them off first. What it cannot do now is due again soon.
    // What it throws is logged.
    using Fire = std::function<Async<void>(StoredSchedule schedule, std::size_t& spare)>;

    struct Options {
        ScheduleKind kind = ScheduleKind::batches;
        std::vector<std::string> keys = {}; // of triggers: those that can be asked here
        std::size_t ticks_max = 500;        // of one round
        // The net under lost news: a database is looked at so often at least.
        std::chrono::steady_clock::duration pulse = std::chrono::seconds(10);
    };

    ScheduleRounds(
        asio::any_io_executor executor, Store& store, Fire fire, Options options, Log log
    );

    // One round, when something is due. The reply: how many schedules it has looked at. Errors:
    // those of the store.
    Async<Result<std::size_t>> run_once();
    Async<void> run();
    void close();

    // From now on these triggers.
    void serve(std::vector<std::string> keys);

    void changed(const Changes& changes);

private:
    static std::optional<Time>
    first_due(Reads& reads, ScheduleKind kind, const std::vector<std::string>& keys);
    Async<void> fire_all(std::vector<StoredSchedule> schedules);
    std::chrono::steady_clock::duration time_to_sleep() const;

    Store& store_;
    Fire fire_;
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
