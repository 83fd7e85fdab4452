// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "model/datum_plan.h"
#include "store/reads.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// Jobs and datums as users see them, in falconeri's words. Plain values.

enum class JobStatus : std::uint8_t { running, done, error, canceled };
enum class DatumStatus : std::uint8_t { ready, running, done, error, canceled };

std::string_view name(JobStatus status);
std::string_view name(DatumStatus status);
std::optional<JobStatus> job_status(std::string_view name);
std::optional<DatumStatus> datum_status(std::string_view name);

struct Job {
    RunId run;
    std::string id; // UUID
    std::string job_name;
    JobStatus status = JobStatus::running;
    bool paused = false;
    Time created_at;
    Time updated_at;
    std::optional<Time> finished_at;
    Json pipeline_spec;
    std::vector<std::string> command;
    std::string egress_uri;
    std::string error;                 // why the job as a whole ended badly
    std::optional<std::string> origin; // id of the job that this one retries
    RunCounts counts;
    std::int64_t running = 0; // datums that run now
};

struct Datum {
    TaskId task;
    RunId run;
    std::string id; // UUID
    std::string job_id;
    DatumStatus status = DatumStatus::ready;
    Time created_at;
    Time updated_at;
    std::string error_message;
    std::string node_name; // where it runs or ran
    std::string pod_name;  // the worker's name
    std::string backtrace;
    std::string output; // the end of what the command printed
    int attempt = 0;    // number of the last one; counts also those that used up no try
    int attempted_run_count = 0;
    int maximum_allowed_run_count = 1;
    std::optional<Time> started_at;
};

struct StatusCount {
    DatumStatus status = DatumStatus::ready;
    std::int64_t count = 0;
    std::int64_t rerunable_count = 0; // of those, to be tried again
};

// Of a job that runs in pods.
struct ClusterView {
    std::string name_space;
    std::string phase; // of its Kubernetes Job: wanted, created, begun, ending, gone
    std::int64_t pods_pending = 0;
    std::int64_t pods_running = 0;
    std::int64_t pods_failed = 0;
    std::string trouble; // what keeps its pods from working; empty: nothing is known
    std::optional<Time> trouble_since;

    friend bool operator==(const ClusterView&, const ClusterView&) = default;
};

struct JobDescription {
    Job job;
    std::vector<StatusCount> datum_status_counts;
    std::vector<Datum> running_datums; // at most 100 each
    std::vector<Datum> error_datums;
    std::optional<ClusterView> cluster; // nothing: it does not run in pods
};

struct DatumDescription {
    Datum datum;
    std::vector<InputFile> input_files;
    std::vector<AttemptRow> attempts; // those that did not end it
    std::vector<OutputRow> outputs;
};

// Why something is not running or not done now: in words and as data.
struct Why {
    std::string text;
    Json data;
};

} // namespace sluice
