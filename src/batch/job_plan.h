// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "blob/blob_store.h"
#include "engine/submit.h"
#include "model/datum_plan.h"
#include "model/refusal.h"

#include <memory>

namespace sluice {

class WorkerThreads;

struct Surroundings {
    BlobStore& blobs;
    WorkerThreads& threads;
    std::string secrets_directory;
    bool in_pods = false; // the datums run there: with the cluster's secrets, and without our files
};

// Everything that is wrong with the world around a pipeline: places that are not reached from where
// its datums run, missing secrets, an egress that cannot be written to. Empty: nothing. Errors:
// unavailable, timed_out: the egress cannot be asked.
Async<Result<std::vector<Problem>>>
check_surroundings(const Pipeline& pipeline, Surroundings around);

// Lists the inputs and plans the datums; lists each folder once. The loop stays free meanwhile.
Async<Judged<std::shared_ptr<const DatumPlan>>>
plan_datums(const Pipeline& pipeline, PlanLimits limits, Surroundings around);

// What all datums of a job have in common.
NewTask datum_template(const Pipeline& pipeline);

// What the names of a datum's files may take, as they are stored. Workers get them in one answer.
inline constexpr std::size_t datum_bytes_max = 50u << 20;

// The datums of a plan as tasks, made on `threads`. Errors of next(): invalid, a datum is larger.
std::unique_ptr<TaskSource> tasks_of_plan(
    std::shared_ptr<const DatumPlan> plan, NewTask datum, WorkerThreads& threads,
    std::size_t bytes_max = datum_bytes_max
);

// The datums of an old job that are not done, as tasks of a new one, in their order.
std::unique_ptr<TaskSource> tasks_not_done(Store& store, RunId run, NewTask datum);

} // namespace sluice
