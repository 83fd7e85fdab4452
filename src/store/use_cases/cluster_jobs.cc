// SPDX-License-Identifier: Apache-2.0
// Jobs that run on Kubernetes: who looks after them, what it has found, and what ends them.
#include "store/use_cases/cluster_jobs.h"

#include "base/assert.h"
#include "store/cluster_tables.h"
#include "store/use_cases/whole_run.h"

#include <algorithm>

namespace sluice {

std::optional<ClusterJobRow> cluster_job_of(RunId run, const NewRun& request)
{
    if (!request.cluster_job)
        return std::nullopt;
    SLUICE_ASSERT(request.kind == RunKind::job);
    ClusterJobRow row;
    row.run = run;
    row.name_space = request.cluster_job->name_space;
    return row;
}

namespace {

Error another_leads()
{
    return {Errc::conflict, "another server looks after this job on Kubernetes"};
}

Error no_such_job()
{
    return {Errc::not_found, "this run does not run on Kubernetes"};
}

bool may_become(ClusterPhase from, ClusterPhase to)
{
    return to >= from || (from == ClusterPhase::created && to == ClusterPhase::wanted);
}

ClusterJobRow noted(ClusterJobRow row, const NoteClusterJob& request, Time now)
{
    const bool is_another = request.uid && !request.uid->empty() && *request.uid != row.uid;
    if (is_another && (!row.created_at || row.phase == ClusterPhase::wanted))
        row.created_at = now;
    if (is_another)
        row.uid = *request.uid;
    row.phase = request.phase.value_or(row.phase);
    row.pods = request.pods.value_or(row.pods);
    if (request.trouble) {
        // One trouble has several words for it: its time goes on.
        if (request.trouble->empty())
            row.trouble_since.reset();
        else if (row.trouble.empty())
            row.trouble_since = now;
        row.trouble = *request.trouble;
    }
    return row;
}

Result<bool> note(WriteContext& context, const NoteClusterJob& request)
{
    const std::optional<ClusterJobRow> row = context.tables.cluster().lock_job(request.run);
    if (!row)
        return no_such_job();
    if (!request.worker || row->leader != request.worker)
        return another_leads();
    if (request.phase && !may_become(row->phase, *request.phase))
        return Error{Errc::conflict, "the job has gone on meanwhile"};
    // Of a run that lives again by now, what was meant for its end comes late.
    const bool ends = request.phase && *request.phase >= ClusterPhase::ending;
    if (ends && !is_over(context.runs.at(request.run)))
        return Error{Errc::conflict, "the run of the job is not final"};
    const ClusterJobRow now = noted(*row, request, context.now);
    if (now == *row)
        return false;
    context.tables.cluster().update_job(now);
    return true;
}

} // namespace

void want_again(WriteContext& context, RunId run)
{
    const std::optional<ClusterJobRow> row = context.tables.cluster().lock_job(run);
    if (!row)
        return;
    ClusterJobRow wanted;
    wanted.run = run;
    wanted.name_space = row->name_space;
    context.tables.cluster().update_job(wanted);
    context.changes.cluster_jobs = true;
}

std::optional<Error> not_led_by(WriteContext& context, RunId run, WorkerId leader)
{
    if (!leader)
        return std::nullopt;
    const std::optional<ClusterJobRow> row = context.tables.cluster().lock_job(run);
    if (!row)
        return no_such_job();
    if (row->leader != leader)
        return another_leads();
    return std::nullopt;
}

void run(WriteContext& context, Operations<TakeClusterJobs> operations)
{
    catch_up(context, context.tables.clock_jumps());
    const std::vector<WorkerRow> workers = context.tables.workers();
    for (Operation<TakeClusterJobs>* operation : operations) {
        const TakeClusterJobs& request = operation->request;
        if (std::ranges::find(workers, request.worker, &WorkerRow::id) == workers.end()) {
            operation->fail({Errc::not_found, "the worker is not registered any more"});
            continue;
        }
        std::vector<LedJob> taken = context.tables.cluster().take_jobs(
            request.worker, request.name_space, context.now - rescue_margin, request.limit
        );
        std::ranges::sort(taken, {}, [](const LedJob& job) { return job.row.run; });
        operation->answer(std::move(taken));
    }
}

void run(WriteContext& context, Operations<NoteClusterJob> operations)
{
    for (Operation<NoteClusterJob>* operation : operations) {
        const Result<bool> done = note(context, operation->request);
        if (done)
            operation->answer(*done);
        else
            operation->fail(done.error());
    }
}

void run(WriteContext& context, Operations<FailRun> operations)
{
    for (Operation<FailRun>* operation : operations) {
        const FailRun& request = operation->request;
        RunRow& run = context.runs.at(request.run);
        if (const auto error = not_led_by(context, run.id, request.leader)) {
            operation->fail(*error);
            continue;
        }
        const bool lives = run.state == RunState::active && !is_over(run);
        if (lives) // ends as one whose time ran out does: failed, with tasks that are canceled
            end_run(context, run, RunEnding::timed_out, request.reason);
        operation->answer(lives);
    }
}

} // namespace sluice
