// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/signal.h"
#include "async/task_scope.h"
#include "base/log.h"
#include "engine/schedule_rounds.h"
#include "store/requests.h"
#include "workflows/host_options.h"
#include "workflows/schedule_documents.h"
#include "workflows/stored_workflows.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace sluice {

class Store;

// Fires the schedules of workflows: each tick is a run of the current version as the database has
// it, made in the transaction that records the tick, so of many processes one fires. Ticks of which
// no run could be made are tried again. No run is ever waited for. On the loop; what it is given
// outlives it.
class CronFiring {
public:
    struct Options {
        CronSettings cron = {};
        Micros run_timeout = std::chrono::seconds(3600);
        std::size_t ticks_max = 500;                                          // of one round
        std::chrono::steady_clock::duration pulse = std::chrono::seconds(10); // as ScheduleRounds
    };

    CronFiring(
        asio::any_io_executor executor, Store& store, StoredWorkflows& workflows, Options options,
        Log log
    );

    // One round, when something is due. The reply: how many schedules it has looked at. Errors:
    // those of the store.
    Async<Result<std::size_t>> run_once() { return rounds_.run_once(); }

    // Tries failed ticks again that are to be by now. The reply: how many it has tried. Errors:
    // those of the store.
    Async<Result<std::size_t>> retry_once();

    // Does both from now on; what stop() has waited for is over.
    void start();
    Async<void> stop();

    void changed(const Changes& changes) { rounds_.changed(changes); }

    // Since it was made.
    struct Counts {
        std::uint64_t fired = 0;   // ticks with a run
        std::uint64_t failed = 0;  // ticks of which none could be made
        std::uint64_t retried = 0; // failed ticks that have got one
    };
    const Counts& counts() const { return counts_; }

private:
    // A schedule in our hands.
    struct Plan {
        ScheduleRow row;
        CronDocument document;
        Schedule timing;
    };
    // A failed tick that is tried again.
    struct Again {
        int attempt = 0; // from 1
        std::string tick_id;
    };

    Async<void> fire(StoredSchedule schedule, std::size_t& spare);
    std::optional<Plan> plan_of(StoredSchedule schedule) const;
    Async<void> fire_all(Plan& plan, const OwedTicks& owed, std::size_t& spare);
    Async<bool> fire_tick(Plan& plan, Time tick, const ScheduleMove& move);
    Async<bool>
    settle(const Plan& plan, const ScheduleMove& move, std::optional<SettleSchedule::Tick> tick);
    Async<Result<Submit>> run_of(
        const ScheduleRow& row, const CronDocument& document, Time tick, std::optional<Again> again
    );

    Async<void> retry_loop();
    Async<Result<bool>> try_again(const TickRow& tick);
    Async<Result<void>>
    submit_again(const StoredSchedule& schedule, const CronDocument& document, const TickRow& tick);
    bool note(const ScheduleRow& row, const Error& error) const;

    Store& store_;
    StoredWorkflows& workflows_;
    Options options_;
    Log log_;
    ScheduleRounds rounds_;
    Signal wake_;
    TaskScope scope_;
    Counts counts_;
    bool closed_ = false;
};

} // namespace sluice
