// SPDX-License-Identifier: Apache-2.0
#include "batch/job_rows.h"

#include "base/enum_names.h"
#include "batch/cluster/pod_counts.h"
#include "batch/job_facts.h"
#include "store/store.h"

namespace sluice {

JobStatus to_job_status(RunState state)
{
    switch (state) {
    case RunState::loading:
    case RunState::active:
        return JobStatus::running;
    case RunState::succeeded:
        return JobStatus::done;
    case RunState::failed:
        return JobStatus::error;
    case RunState::canceled:
        return JobStatus::canceled;
    }
    return JobStatus::running;
}

RunState to_run_state(JobStatus status)
{
    switch (status) {
    case JobStatus::running:
        return RunState::active;
    case JobStatus::done:
        return RunState::succeeded;
    case JobStatus::error:
        return RunState::failed;
    case JobStatus::canceled:
        return RunState::canceled;
    }
    return RunState::active;
}

DatumStatus to_datum_status(TaskState state)
{
    switch (state) {
    case TaskState::waiting:
    case TaskState::pending:
    case TaskState::paused:
        return DatumStatus::ready;
    case TaskState::claimed:
    case TaskState::running:
        return DatumStatus::running;
    case TaskState::succeeded:
        return DatumStatus::done;
    case TaskState::failed:
        return DatumStatus::error;
    case TaskState::canceled:
    case TaskState::skipped:
        return DatumStatus::canceled;
    }
    return DatumStatus::ready;
}

std::vector<TaskState> to_task_states(DatumStatus status)
{
    std::vector<TaskState> states;
    for (const TaskState state : all_task_states)
        if (to_datum_status(state) == status)
            states.push_back(state);
    return states;
}

std::vector<StatusCount> status_counts(const Reads::Run& run, std::int64_t retrying)
{
    const RunCounts& counts = run.row.counts;
    const std::int64_t ready = counts.total - counts.final() - run.leased;
    std::vector<StatusCount> all{
        {DatumStatus::ready, ready, std::min(ready, retrying)},
        {DatumStatus::running, run.leased, 0},
        {DatumStatus::done, counts.succeeded, 0},
        {DatumStatus::error, counts.failed, 0},
        {DatumStatus::canceled, counts.canceled + counts.skipped, 0},
    };
    std::erase_if(all, [](const StatusCount& status) { return status.count == 0; });
    return all;
}

JobRow job_row(Reads& reads, Reads::Run run)
{
    JobRow row{std::move(run), std::nullopt};
    if (row.run.detail.origin)
        if (const auto origin = reads.run(*row.run.detail.origin))
            row.origin_created_at = origin->row.created_at;
    return row;
}

namespace {

std::string text_at(const Json& document, std::string_view object, std::string_view key)
{
    const auto found = document.find(object);
    if (found == document.end() || !found->is_object())
        return {};
    const auto value = found->find(key);
    return value != found->end() && value->is_string() ? value->get<std::string>() : std::string();
}

void show_spec(Job& job, Json pipeline)
{
    job.egress_uri = text_at(pipeline, "egress", "URI");
    const auto transform = pipeline.find("transform");
    if (transform != pipeline.end() && transform->contains("cmd"))
        for (const Json& word : (*transform)["cmd"])
            if (word.is_string())
                job.command.push_back(word.get<std::string>());
    job.pipeline_spec = std::move(pipeline);
}

std::string text_of(const Json& result, const char* key)
{
    const auto text = result.find(key);
    return text != result.end() && text->is_string() ? text->get<std::string>() : std::string();
}

void show_done(Datum& datum, const DoneRow& done)
{
    const bool succeeded = done.outcome == TaskState::succeeded;
    datum.attempt = done.attempt;
    datum.attempted_run_count = done.tries + (succeeded ? 1 : 0);
    datum.error_message = done.error;
    if (const Result<Json> result = parse_json(done.result)) {
        datum.output = text_of(*result, "output");
        datum.backtrace = text_of(*result, "backtrace");
    }
    datum.started_at = done.started_at ? done.started_at : done.claimed_at;
    datum.updated_at = done.finished_at;
}

void show_lease(Datum& datum, const LeaseRow& lease)
{
    datum.attempt = lease.place.attempt;
    datum.attempted_run_count = lease.place.tries + 1;
    datum.started_at = lease.started_at.value_or(lease.claimed_at);
    datum.updated_at = *datum.started_at;
}

} // namespace

Job to_job(const Store& store, const JobRow& row)
{
    const RunRow& run = row.run.row;
    Job job;
    job.run = run.id;
    job.id = format_uid(store.uid(UidKind::run, run.created_at, run.id.value));
    job.job_name = row.run.detail.name.value_or("");
    job.status = to_job_status(run.state);
    job.paused = !is_final(run.state) && row.run.held > 0;
    job.created_at = run.created_at;
    job.updated_at = run.finished_at.value_or(run.created_at);
    job.finished_at = run.finished_at;
    job.error = row.run.detail.error;
    job.counts = run.counts;
    job.running = row.run.leased;
    if (row.origin_created_at)
        job.origin =
            format_uid(store.uid(UidKind::run, *row.origin_created_at, row.run.detail.origin->value)
            );
    if (Result<JobSpec> spec = parse_job_spec(row.run.detail.spec))
        show_spec(job, std::move(spec->pipeline));
    return job;
}

Datum to_datum(const Store& store, Time run_created_at, const Reads::Task& task)
{
    Datum datum;
    datum.task = task.row.id;
    datum.run = task.row.run;
    datum.id = format_uid(store.uid(UidKind::task, run_created_at, task.row.id.value));
    datum.job_id = format_uid(store.uid(UidKind::run, run_created_at, task.row.run.value));
    datum.status = to_datum_status(task.state);
    datum.created_at = run_created_at;
    datum.updated_at = run_created_at;
    datum.node_name = task.worker_host;
    datum.pod_name = task.worker_name;
    if (const Result<Retry> retry = parse_retry(task.row.retry))
        datum.maximum_allowed_run_count = retry->tries_max;
    if (task.done) {
        show_done(datum, *task.done);
    } else if (task.lease) {
        show_lease(datum, *task.lease);
    } else if (task.place) {
        datum.attempt = task.place->attempt;
        datum.attempted_run_count = task.place->tries;
    }
    return datum;
}

namespace {

constexpr EnumNames<ClusterPhase, 5> phase_names{
    {{ClusterPhase::wanted, "wanted"},
     {ClusterPhase::created, "created"},
     {ClusterPhase::begun, "begun"},
     {ClusterPhase::ending, "ending"},
     {ClusterPhase::gone, "gone"}}};

} // namespace

ClusterView to_cluster_view(const ClusterJobRow& row)
{
    const PodCounts pods = parse_pods(row.pods);
    ClusterView view;
    view.name_space = row.name_space;
    view.phase = phase_names.name(row.phase);
    view.pods_pending = pods.pending;
    view.pods_running = pods.running;
    view.pods_failed = pods.failed;
    view.trouble = row.trouble;
    view.trouble_since = row.trouble_since;
    return view;
}

} // namespace sluice
