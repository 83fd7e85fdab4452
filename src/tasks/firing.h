// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/log.h"
#include "model/schedule/schedule_request.h"
#include "model/task/task_request.h"
#include "net/guard/address_guard.h"
#include "store/requests.h"

#include <optional>

namespace sluice {

class Store;

// Looks at a schedule that was taken and fires what it owes, tick by tick. Each tick is one
// transaction that counts only while the schedule stands where it stood: whoever is second, or
// looks at what was changed meanwhile, does nothing. Lives on the loop.
class Firing {
public:
    struct Parts {
        Store& store;
        const AddressGuard& guard;
        std::size_t& spare; // ticks that this round may still fire beyond one of each schedule
        Log log;
    };

    Firing(const Parts& parts, StoredSchedule schedule);

    // What could not be done now is due again soon.
    Async<void> run();

private:
    // What the schedule says, read once.
    struct Plan {
        Json document; // the tasks borrow from it
        ScheduleRequest request;
        Checked<std::vector<TaskRequest>> tasks;
    };
    std::optional<Plan> read_plan() const;
    Async<void> fire_all(const Plan& plan);

    // False: the rest is somebody else's, or a matter for later.
    Async<bool> fire(const Plan& plan, Time tick, const ScheduleMove& move);
    Checked<Submit> batch_of(const Plan& plan) const;
    Async<bool> submit(const Plan& plan, Time tick, const ScheduleMove& move);
    Async<bool> settle(const ScheduleMove& move, std::optional<SettleSchedule::Tick> tick);
    Async<Result<bool>> is_last_batch_live();
    Async<Result<void>> cancel_last_batch();
    bool note(const Error& error) const;

    ScheduleMove move_to(Time settled, std::optional<Time> next_due) const;

    Parts parts_;
    ScheduleRow row_;
    std::string document_;
};

} // namespace sluice
