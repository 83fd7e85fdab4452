// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch/job_facts.h"
#include "engine/dispatcher.h"

namespace sluice {

// What a server runs by itself: for each job as many datums at once as its parallelism_spec says,
// within a number of workers for all jobs. Outlives the dispatcher that it describes.
class LocalWorkers {
public:
    LocalWorkers(Store& store, std::size_t workers) : facts_(store), workers_(workers) {}

    // For Engine::serve(), with a DatumExecutor.
    Dispatcher::Options dispatcher();

private:
    Async<std::size_t> limit_of(const Leased& task);

    JobFactsCache facts_;
    std::size_t workers_;
};

} // namespace sluice
