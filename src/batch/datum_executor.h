// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch/datum_runner.h"
#include "batch/job_facts.h"
#include "batch/output_sweeper.h"
#include "exec/executor.h"

#include <set>

namespace sluice {

// Runs datums that this process has claimed itself: the executor behind queues `job/…`. What it is
// given outlives it.
class DatumExecutor final : public Executor {
public:
    DatumExecutor(
        asio::any_io_executor executor, Store& store, OutputSweeper& sweeper, DatumRunner& runner
    );

    Async<Outcome> execute(const Leased& task, Stop& stop) override;

private:
    Async<Outcome> run(const Leased& task, Stop& stop);

    Store& store_;
    OutputSweeper& sweeper_;
    DatumRunner& runner_;
    JobFactsCache facts_;
    std::set<TaskId> running_; // a new attempt waits for the end of the one before
    Signal ended_;
};

// What an attempt is granted at a time, to be asked for with its outputs and extended meanwhile.
inline constexpr Micros upload_leave = std::chrono::seconds(60);

// Store::register_outputs for whoever serves a datum: removes what earlier attempts left and asks
// again, for some minutes or until `stop` is requested. Nothing of the reply is stale; its leave
// counts from the call, however long this has taken. Errors: conflict, unavailable.
Async<Result<OutputsRegistered>>
register_outputs(Store& store, OutputSweeper& sweeper, RegisterOutputs request, const Stop& stop);

} // namespace sluice
