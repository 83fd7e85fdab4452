// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/log.h"
#include "base/time.h"

#include <map>
#include <string>

namespace sluice {

class Store;

// Fails tasks of workflows that no living process has served for some time, for whoever waits for
// them. The time is counted from when this process saw it first. On the loop; borrows the store.
class AbandonDuty {
public:
    AbandonDuty(Store& store, Micros after, Log log)
        : store_(store), after_(after), log_(std::move(log))
    {}

    Async<void> run(); // until cancelled

    // Looks once. Errors of the store are left to the next look.
    Async<void> run_once();

private:
    Async<void> abandon(std::string queue);

    Store& store_;
    Micros after_;
    Log log_;
    std::map<std::string, Time> unserved_; // queues with something ready, since when
};

} // namespace sluice
