// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "batch/blob_stores.h"
#include "engine/submit.h"
#include "model/datum_plan.h"
#include "model/refusal.h"

#include <memory>

namespace sluice {

class WorkerThreads;

// Everything that is wrong with the world around a pipeline: plain paths, missing secrets, an
// egress that cannot be written to. Empty: nothing.
struct Surroundings {
    BlobStores& blobs;
    WorkerThreads& threads;
    std::string secrets_directory;
};
Async<std::vector<Problem>> check_surroundings(const Pipeline& pipeline, Surroundings around);

// Lists the inputs and plans the datums; lists each folder once. The loop stays free meanwhile.
Async<Judged<std::shared_ptr<const DatumPlan>>>
plan_datums(const Pipeline& pipeline, PlanLimits limits, Surroundings around);

// What all datums of a job have in common.
NewTask datum_template(const Pipeline& pipeline);

// The datums of a plan as tasks, made on `threads`.
std::unique_ptr<TaskSource>
tasks_of_plan(std::shared_ptr<const DatumPlan> plan, NewTask datum, WorkerThreads& threads);

// The datums of an old job that are not done, as tasks of a new one, in their order.
std::unique_ptr<TaskSource> tasks_not_done(Store& store, RunId run, NewTask datum);

} // namespace sluice
