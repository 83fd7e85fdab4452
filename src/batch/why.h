// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch/job.h"

namespace sluice {

// The facts behind an answer, as one look at the database finds them.
struct TaskFacts {
    Reads::Run run;
    Reads::Task task;
    std::vector<AttemptRow> attempts;
    std::vector<EventRow> events;
    std::int64_t before = 0; // places that stand before it in its queue, counted to before_max
    std::int64_t workers = 0;
    std::int64_t busy = 0; // of them, with a lease at least
    std::optional<Time> lease_until;

    static constexpr std::int64_t before_max = 10'000;
};
std::optional<TaskFacts> task_facts(Reads& reads, TaskId task, Time now);

struct JobWhyFacts {
    Reads::Run run;
    std::vector<EventRow> events;
    std::optional<Reads::Task> first_failed;
    std::optional<TaskFacts> next; // the first datum that is ready
    std::int64_t workers = 0;
    std::int64_t retrying = 0;
    std::optional<ClusterView> cluster = {};
    std::string cluster_trouble = {}; // why Kubernetes cannot be reached
};
std::optional<JobWhyFacts> job_why_facts(Reads& reads, RunId run, Time now);

// The answers. Pure.
Why why(const TaskFacts& facts, Time now);
Why why(const JobWhyFacts& facts, Time now);

} // namespace sluice
