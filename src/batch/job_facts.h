// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/ids.h"
#include "base/time.h"
#include "model/pipeline.h"

#include <deque>
#include <memory>
#include <string>

namespace sluice {

class Store;

// What a job's run keeps beside its tasks (RunDetail.spec).
struct JobSpec {
    Json pipeline;         // the document
    std::string directory; // where the pipeline file stood; may be empty
};

std::string format_job_spec(const JobSpec& spec);
Result<JobSpec> parse_job_spec(std::string_view text); // errors: corrupt

// What never changes about a job, and running its datums needs.
struct JobFacts {
    RunId run;
    Time created_at; // the public ids of its datums are made with it
    std::string id;  // UUID
    std::string name;
    std::string directory;
    std::shared_ptr<const Pipeline> pipeline;
};

std::string datum_id(const Store& store, const JobFacts& job, TaskId task); // its UUID

// Keeps the facts of the jobs that were asked for last.
class JobFactsCache {
public:
    static constexpr std::size_t jobs_max = 64;

    explicit JobFactsCache(Store& store) : store_(store) {}

    // Errors: not_found, corrupt (the stored spec), unavailable.
    Async<Result<std::shared_ptr<const JobFacts>>> of(RunId run);

private:
    Store& store_;
    std::deque<std::shared_ptr<const JobFacts>> facts_;
};

} // namespace sluice
