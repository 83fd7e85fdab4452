// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/ids.h"
#include "base/time.h"

#include <string>

namespace sluice {

class Store;

// What users do to runs of workflows: of the Runner and of the commands. Lives on the loop; borrows
// the store. Errors of all: not_found, conflict (as the run stands), and those of the store.
class RunActions {
public:
    // `actor` stands in the history of the run.
    RunActions(Store& store, std::string actor) : store_(store), actor_(std::move(actor)) {}

    Async<Result<void>> cancel(RunId run, std::string reason);
    Async<Result<void>> pause(RunId run);
    Async<Result<void>> resume(RunId run);

    // The task, by its id within the workflow, and all that depends on it; empty: all that failed.
    // A final run lives again for `run_timeout`.
    Async<Result<void>> retry_from(RunId run, std::string task, Micros run_timeout);

private:
    Store& store_;
    std::string actor_;
};

} // namespace sluice
