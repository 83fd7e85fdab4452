// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/signal.h"
#include "async/task_scope.h"
#include "base/log.h"
#include "engine/schedule_rounds.h"
#include "workflows/body_door.h"
#include "workflows/registration.h"
#include "workflows/trigger_firing.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace sluice {

class BodyThreads;
class Store;

// Asks the functions of triggers that this process has, each trigger in one process of all: that
// which has taken it, until it dies or stops. On the loop, with the functions on body threads; what
// it is given outlives it, but for functions that still run when it stops.
class TriggerPolling {
public:
    struct Needs {
        asio::any_io_executor loop;
        Store& store;
        BodyThreads& threads;
        TriggerFiring& firing;
    };

    struct Options {
        std::size_t context_bytes_max = std::size_t{16} << 20;
        Micros renew_interval = std::chrono::seconds(5); // a take lasts twice as long
        std::chrono::steady_clock::duration pulse = std::chrono::seconds(10); // as ScheduleRounds
    };

    TriggerPolling(Needs needs, Options options, Log log);
    ~TriggerPolling();
    TriggerPolling(const TriggerPolling&) = delete;
    TriggerPolling& operator=(const TriggerPolling&) = delete;

    // From now on this is the function of that name; it is asked once the trigger is recorded. The
    // one that was it before ends on a body thread.
    void add(RegisteredTrigger trigger);

    // One turn: takes what is due, renews what it has, and begins to ask. The reply: how many
    // functions it has begun to ask. Errors: those of the store.
    Async<Result<std::size_t>> run_once();

    // Does that from now on. stop() begins nothing more, waits for what is being written, not for
    // functions, and leaves the triggers to others.
    void start();
    Async<void> stop();

    // A trigger that this process has disabled is asked no more from here on.
    void changed(const Changes& changes);

    std::size_t asking() const { return asking_.size(); } // questions without an end yet
    std::size_t held() const { return held_.size(); }

    // Since it was made.
    struct Counts {
        std::uint64_t asked = 0;
        std::uint64_t fired = 0;
        std::uint64_t active = 0; // not fired, as a run of the same context is not final
        std::uint64_t failed = 0; // the function threw, or what it asked for could not be done
    };
    const Counts& counts() const { return counts_; }

private:
    // A trigger that this process has taken.
    struct Held {
        StoredSchedule trigger; // its next_due as it was told last
        TriggerDocument document;
        std::optional<Schedule> times; // of one with cron
        Time next{};                   // likewise, when it is asked next
        Micros ask_at{0};              // of all others, since boot
        bool was_asked = false;        // since the last renewal
    };
    using HeldPtr = std::shared_ptr<Held>;
    struct Question;
    class Telling;
    class Asking;

    Async<void> take(StoredSchedule trigger);
    Result<HeldPtr> hold(StoredSchedule trigger) const;
    Micros time_to(const Held& held) const;
    void plan_next(Held& held) const;
    Async<Result<void>> renew(Micros lease);
    Async<Result<void>> renew_if_due();
    void keep(const Held& sent, const RenewTriggers::Reply& own);
    std::size_t ask_due();
    Async<void> ask(ScheduleId id, RegisteredTrigger trigger);
    bool post(const std::shared_ptr<Question>& question, const RegisteredTrigger& trigger);
    Async<void> fire(ScheduleId id, const std::string& name, TriggerContext context);
    void fired(const StoredSchedule& trigger, const Result<Submitted>& submitted);
    Async<void> run();
    std::chrono::steady_clock::duration time_to_sleep() const;
    Micros since_boot() const;

    Needs needs_;
    Options options_;
    Log log_;
    std::shared_ptr<BodyDoor> door_; // with functions that run longer than this lives
    ScheduleRounds rounds_;
    Signal wake_;
    TaskScope scope_;
    std::map<std::string, RegisteredTrigger> functions_; // by name
    std::map<ScheduleId, HeldPtr> held_;
    std::set<ScheduleId> asking_;
    std::set<std::shared_ptr<Question>> questions_; // that wait for their functions
    Micros renewed_at_{0};                          // since boot
    Counts counts_;
    bool closed_ = false;
};

} // namespace sluice
