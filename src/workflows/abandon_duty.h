// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/log.h"
#include "base/time.h"

#include <map>
#include <string>

namespace sluice {

class Registry;
class Store;

// Fails tasks of workflows that no living process has served for some time, for whoever waits for
// them. The time is counted from when this process saw it first. Workflows that are known here are
// let alone, whatever the database says of them. On the loop; borrows the store and the registry.
class AbandonDuty {
public:
    AbandonDuty(Store& store, const Registry& registry, Micros after, Log log)
        : store_(store), registry_(registry), after_(after), log_(std::move(log))
    {}

    Async<void> run(); // until cancelled

    // Looks once. Errors of the store are left to the next look.
    Async<void> run_once();

private:
    Async<void> abandon(std::string queue);

    Store& store_;
    const Registry& registry_;
    Micros after_;
    Log log_;
    std::map<std::string, Time> unserved_; // queues with something ready, since when
};

} // namespace sluice
