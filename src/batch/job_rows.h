// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch/job.h"
#include "store/cluster_rows.h"

namespace sluice {

class Store;

// From the engine's rows to what users see.

// A run with what else is needed to show it as a job.
struct JobRow {
    Reads::Run run;
    std::optional<Time> origin_created_at; // nothing: no origin, or it was deleted
};
JobRow job_row(Reads& reads, Reads::Run run);
Job to_job(const Store& store, const JobRow& row);

Datum to_datum(const Store& store, Time run_created_at, const Reads::Task& task);

JobStatus to_job_status(RunState state);
RunState to_run_state(JobStatus status);
DatumStatus to_datum_status(TaskState state);
std::vector<TaskState> to_task_states(DatumStatus status);

ClusterView to_cluster_view(const ClusterJobRow& row);

// All tasks of the run by status, those with none left out.
std::vector<StatusCount> status_counts(const Reads::Run& run, std::int64_t retrying);

} // namespace sluice
