// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"
#include "batch/attempt_logs.h"
#include "batch/job.h"
#include "batch/job_blobs.h"
#include "batch/job_facts.h"
#include "batch/log_archive.h"
#include "batch/output_sweeper.h"
#include "model/refusal.h"
#include "store/requests.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class DatumPlan;
class Engine;
class Store;
class TaskSource;
struct Surroundings;
class WorkerThreads;

// Batch jobs over an engine: what REST and the embedded CLI both stand on. A job is a run of kind
// job whose tasks are datums; nothing is kept in memory between calls. Lives on the loop; what it
// is given outlives it.
//
// Errors of all methods that take an id or name: not_found (with near names in the detail).
class Jobs {
public:
    struct Options {
        std::uint64_t datums_max = 1'000'000;
        std::string log_directory; // attempts' logs: <directory>/<job id>/<datum id>.<attempt>.log
        std::string log_store;     // URI of a folder for finished logs (LogArchive); empty: none
        std::string secrets_directory; // <directory>/<name>/<key>; empty: none are to be had
        Random* random = nullptr;      // for names; borrowed; null: the system's
    };

    // `threads` plan and read logs. The sweeper is the process's one.
    Jobs(
        Engine& engine, JobBlobs& blobs, OutputSweeper& sweeper, WorkerThreads& threads,
        Options options
    );

    // Where new jobs run in pods.
    struct OnCluster {
        std::string name_space;
        std::function<std::string()> trouble; // why Kubernetes cannot be reached; "": it can
    };

    // New jobs run in pods from now on: their secrets are the cluster's, and a Supervisor makes
    // their Kubernetes Jobs.
    void run_on_cluster(OnCluster cluster) { cluster_ = std::move(cluster); }

    // Why the Kubernetes of new jobs cannot be reached; empty: it can, or there is none.
    std::string cluster_trouble() const { return cluster_ ? cluster_->trouble() : ""; }

    struct NewJob {
        Json spec; // a pipeline file with absolute places (with_resolved_paths); others are refused
        std::string directory;   // where the file stands, and commands start; empty: unknown
        std::string actor;       // who asks
        std::string request_key; // idempotency key; empty: none
        std::string body_hash;
    };
    struct Created {
        Job job;
        std::vector<std::string> warnings; // "the input matches no file" and the like
        bool repeated = false;
    };
    // Reads and checks the spec, lists the inputs, plans, checks that the egress can be written to,
    // submits. Nothing is left behind after an error. All problems of a spec come at once
    // (invalid); other refusals: conflict (the idempotency key), overloaded, unavailable.
    Async<Judged<Created>> create(NewJob request);

    // The same checks without submitting; calls `each` with the input files of each datum, in
    // order.
    using EachDatum = std::function<void(std::uint64_t index, const std::vector<InputFile>&)>;
    Async<Judged<std::uint64_t>> check(Json spec, EachDatum each);

    // A job by its UUID or its name.
    Async<Result<Job>> find(std::string id_or_name);

    // Known from a former call more often than not; so the job may have been deleted since.
    Async<Result<std::shared_ptr<const JobFacts>>> facts(std::string id_or_name);
    Async<Result<std::shared_ptr<const JobFacts>>> facts(RunId run) { return facts_.of(run); }

    struct ListFilter {
        std::optional<JobStatus> status;
        std::string name_part;
        std::size_t limit = 100;
        std::string before; // id of the last job of the page before; empty: from the newest
    };
    Async<Result<std::vector<Job>>> list(ListFilter filter); // newest first
    Async<Result<JobDescription>> describe(std::string id_or_name);
    Async<Result<Job>> wait(std::string id_or_name, std::chrono::steady_clock::duration limit);

    Async<Result<Job>> cancel(std::string id_or_name, std::string actor);
    Async<Result<Job>> pause(std::string id_or_name, std::string actor);
    Async<Result<Job>> unpause(std::string id_or_name, std::string actor);

    // A new job with the datums of a final one that are not done; `set` are changes "path=value" of
    // its spec, which may not touch the input. Refusals: conflict (it is not final, or done).
    struct RetryJob {
        std::string job; // id or name
        std::vector<std::string> set;
        std::string actor;
    };
    Async<Judged<Created>> retry(RetryJob request);

    // Removes a final job with its datums and logs, not its outputs. Errors: conflict, and those of
    // removing the logs: the job has gone then.
    Async<Result<void>> remove(std::string id_or_name, std::string actor = {});
    Async<Result<Why>> why_job(std::string id_or_name);

    struct DatumFilter {
        std::optional<DatumStatus> status;
        std::size_t limit = 100;
        std::string after; // id of the last datum of the page before; empty: from the first
    };
    Async<Result<std::vector<Datum>>> datums(std::string job, DatumFilter filter); // in plan order
    Async<Result<DatumDescription>> describe_datum(std::string id);

    // For its worker, in as few questions as can be: without outputs, and with attempts only where
    // the last one's error is that of the datum.
    Async<Result<DatumDescription>> describe_held(RunId run, TaskId task);
    Async<Result<Datum>> retry_datum(std::string id, std::string actor);
    Async<Result<Why>> why_datum(std::string id);

    // Where the log of an attempt is (0: the last one). The file may not exist yet. Read it with
    // logs().
    Async<Result<std::string>> log_file(std::string datum, int attempt);
    AttemptLogs& logs() { return logs_; }

    // The same, with what the log is called.
    struct LogPlace {
        std::string job_id;
        std::string datum_id;
        int attempt = 1;
        std::string path;
        bool is_live = false; // its attempt has begun and not ended, so the log may grow

        AttemptLogName name() const { return {job_id, datum_id, attempt}; }
    };
    Async<Result<LogPlace>> log_place(std::string datum, int attempt);

    // Of an attempt that runs.
    struct LiveAttempt {
        RunId run;
        TaskId task;
        int attempt = 1;
    };
    Async<Result<LogPlace>> log_place(LiveAttempt attempt);

    // Where finished logs are kept beside; null: nowhere.
    LogArchive* log_archive() { return log_archive_ ? &*log_archive_ : nullptr; }

    OutputSweeper& sweeper() { return sweeper_; }

private:
    // What is known of a new job before it is named and stored.
    struct Draft {
        Pipeline pipeline;
        JobSpec spec;
        std::string actor;
        std::string request_key;
        std::string body_hash;
        std::optional<RunId> origin;
    };
    using MakeSource = std::function<std::unique_ptr<TaskSource>()>;

    struct Planned {
        Pipeline pipeline;
        std::shared_ptr<const DatumPlan> plan;
    };

    Store& store();
    Async<Judged<Planned>> plan(const Json& spec);
    Async<Judged<std::shared_ptr<BlobStore>>> blobs_of(const Pipeline& pipeline);
    Async<Result<std::vector<Problem>>> check_names(const Transform& transform);
    Surroundings surroundings(BlobStore& blobs);
    Async<Judged<Created>> submit_draft(Draft draft, MakeSource make_source);
    Async<Result<Submitted>> submit_named(const Draft& draft, const MakeSource& make_source);
    Async<Judged<Created>> created(Submitted submitted);
    Async<Result<Reads::Run>> run_of(std::string id_or_name);
    Async<Result<void>> clear_outputs(RunId run);
    Async<Result<Job>> job_at(RunId run);
    Async<Result<TaskId>> task_of(std::string id);
    Async<Error> no_such_job(std::string id_or_name);
    Random& random();

    Engine& engine_;
    JobBlobs& blobs_;
    OutputSweeper& sweeper_;
    WorkerThreads& threads_;
    Options options_;
    std::optional<OnCluster> cluster_;
    SystemRandom system_random_;
    JobFactsCache facts_;
    AttemptLogs logs_;
    std::optional<LogArchive> log_archive_;
};

} // namespace sluice
