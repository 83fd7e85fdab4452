// SPDX-License-Identifier: Apache-2.0
#include "batch/jobs.h"

#include "base/text.h"
#include "batch/blob_stores.h"
#include "batch/job_rows.h"
#include "engine/engine.h"
#include "store/cluster_reads.h"
#include "store/store.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::size_t near_names_of = 1000;
constexpr std::size_t described_max = 100; // datums of each kind in a description

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names)
{
    std::vector<std::string> near = nearest(word, names);
    for (std::string& name : near)
        name = fmt::format("'{}'", name);
    return near.empty() ? "" : fmt::format(" (did you mean {}?)", join(near, " or "));
}

Target whole_run(RunId run, std::string actor)
{
    Target target;
    target.run = run;
    target.actor = std::move(actor);
    return target;
}

} // namespace

Jobs::Jobs(
    Engine& engine, JobBlobs& blobs, OutputSweeper& sweeper, WorkerThreads& threads, Options options
)
    : engine_(engine),
      blobs_(blobs),
      sweeper_(sweeper),
      threads_(threads),
      options_(std::move(options)),
      facts_(engine.store()),
      logs_(threads, options_.log_directory)
{
    if (const Result<ObjectUri> place = parse_uri(options_.log_store))
        log_archive_.emplace(blobs.own(), threads, blob_place(*place));
}

Store& Jobs::store()
{
    return engine_.store();
}

Random& Jobs::random()
{
    if (options_.random)
        return *options_.random;
    return system_random_;
}

Async<Error> Jobs::no_such_job(std::string id_or_name)
{
    auto look = [](Reads& reads) { return reads.run_names(near_names_of); };
    const Result<std::vector<std::string>> names = co_await store().read(std::move(look));
    Error error{Errc::not_found, fmt::format("no job '{}'", printable(id_or_name))};
    if (names)
        error.detail += did_you_mean(id_or_name, *names);
    co_return error;
}

Async<Result<Reads::Run>> Jobs::run_of(std::string id_or_name)
{
    const std::optional<Uid> uid = parse_uid(id_or_name);
    std::optional<std::int64_t> key;
    if (uid)
        key = store().key(UidKind::run, *uid);
    auto look = [id_or_name, key](Reads& reads) -> std::optional<Reads::Run> {
        const std::optional<RunId> id = key ? RunId{*key} : reads.run_named(id_or_name);
        std::optional<Reads::Run> run;
        if (id)
            run = reads.run(*id);
        if (run && run->row.kind != RunKind::job)
            run.reset();
        return run;
    };
    Result<std::optional<Reads::Run>> run = co_await store().read(std::move(look));
    if (!run)
        co_return run.error();
    if (!*run) {
        const Error error = co_await no_such_job(std::move(id_or_name));
        co_return error;
    }
    co_return std::move(**run);
}

Async<Result<Job>> Jobs::job_at(RunId id)
{
    auto look = [id](Reads& reads) {
        std::optional<JobRow> row;
        if (std::optional<Reads::Run> run = reads.run(id))
            row = job_row(reads, std::move(*run));
        return row;
    };
    const Result<std::optional<JobRow>> row = co_await store().read(std::move(look));
    if (!row)
        co_return row.error();
    if (!*row)
        co_return Error{Errc::not_found, "the job was deleted"};
    co_return to_job(store(), **row);
}

Async<Result<Job>> Jobs::find(std::string id_or_name)
{
    const Result<Reads::Run> run = co_await run_of(std::move(id_or_name));
    if (!run)
        co_return run.error();
    co_return co_await job_at(run->row.id);
}

Async<Result<std::shared_ptr<const JobFacts>>> Jobs::facts(std::string id_or_name)
{
    const std::optional<Uid> uid = parse_uid(id_or_name);
    const std::optional<std::int64_t> key = uid ? store().key(UidKind::run, *uid) : std::nullopt;
    if (key) {
        const RunId run{*key};
        Result<std::shared_ptr<const JobFacts>> known = co_await facts_.of(run);
        if (known || known.error().code != Errc::not_found)
            co_return known;
    }
    const Result<Reads::Run> run = co_await run_of(std::move(id_or_name));
    if (!run)
        co_return run.error();
    co_return co_await facts_.of(run->row.id);
}

Async<Result<std::vector<Job>>> Jobs::list(ListFilter filter)
{
    Reads::RunFilter runs;
    runs.kind = RunKind::job;
    if (filter.status)
        runs.state = to_run_state(*filter.status);
    runs.name_part = filter.name_part;
    runs.limit = filter.limit;
    if (!filter.before.empty()) {
        const std::optional<Uid> uid = parse_uid(filter.before);
        const std::optional<std::int64_t> key =
            uid ? store().key(UidKind::run, *uid) : std::nullopt;
        if (!key)
            co_return Error{Errc::not_found, fmt::format("no job '{}'", printable(filter.before))};
        runs.before = RunId{*key};
    }
    auto look = [runs](Reads& reads) {
        std::vector<JobRow> rows;
        for (Reads::Run& run : reads.runs(runs))
            rows.push_back(job_row(reads, std::move(run)));
        return rows;
    };
    const Result<std::vector<JobRow>> rows = co_await store().read(std::move(look));
    if (!rows)
        co_return rows.error();
    std::vector<Job> jobs;
    for (const JobRow& row : *rows)
        jobs.push_back(to_job(store(), row));
    co_return jobs;
}

Async<Result<JobDescription>> Jobs::describe(std::string id_or_name)
{
    const Result<Reads::Run> found = co_await run_of(std::move(id_or_name));
    if (!found)
        co_return found.error();
    struct Rows {
        JobRow job;
        std::int64_t retrying = 0;
        std::vector<Reads::Task> running, failed;
        std::optional<ClusterJobRow> cluster;
    };
    auto look = [id = found->row.id](Reads& reads) {
        std::optional<Rows> rows;
        std::optional<Reads::Run> run = reads.run(id);
        if (!run)
            return rows;
        rows.emplace();
        rows->job = job_row(reads, std::move(*run));
        rows->retrying = reads.retrying(rows->job.run.row);
        Reads::TaskFilter filter{id, to_task_states(DatumStatus::running), {}, described_max};
        rows->running = reads.tasks(filter);
        filter.states = to_task_states(DatumStatus::error);
        rows->failed = reads.tasks(filter);
        rows->cluster = reads.cluster().job(id);
        return rows;
    };
    const Result<std::optional<Rows>> rows = co_await store().read(std::move(look));
    if (!rows)
        co_return rows.error();
    if (!*rows)
        co_return Error{Errc::not_found, "the job was deleted"};
    const Rows& seen = **rows;
    JobDescription description;
    description.job = to_job(store(), seen.job);
    description.datum_status_counts = status_counts(seen.job.run, seen.retrying);
    for (const Reads::Task& task : seen.running)
        description.running_datums.push_back(to_datum(store(), seen.job.run.row.created_at, task));
    for (const Reads::Task& task : seen.failed)
        description.error_datums.push_back(to_datum(store(), seen.job.run.row.created_at, task));
    if (seen.cluster)
        description.cluster = to_cluster_view(*seen.cluster);
    co_return description;
}

Async<Result<Job>> Jobs::wait(std::string id_or_name, std::chrono::steady_clock::duration limit)
{
    const Result<Reads::Run> run = co_await run_of(std::move(id_or_name));
    if (!run)
        co_return run.error();
    const Result<Reads::Run> seen = co_await engine_.runs().wait(run->row.id, limit);
    if (!seen)
        co_return seen.error();
    co_return co_await job_at(run->row.id);
}

Async<Result<Job>> Jobs::cancel(std::string id_or_name, std::string actor)
{
    const Result<Reads::Run> run = co_await run_of(std::move(id_or_name));
    if (!run)
        co_return run.error();
    Cancel request;
    request.target = whole_run(run->row.id, std::move(actor));
    const Result<Affected> done = co_await store().cancel(std::move(request));
    if (!done)
        co_return done.error();
    co_return co_await job_at(run->row.id);
}

Async<Result<Job>> Jobs::pause(std::string id_or_name, std::string actor)
{
    const Result<Reads::Run> run = co_await run_of(std::move(id_or_name));
    if (!run)
        co_return run.error();
    Pause request;
    request.target = whole_run(run->row.id, std::move(actor));
    const Result<Affected> done = co_await store().pause(std::move(request));
    if (!done)
        co_return done.error();
    co_return co_await job_at(run->row.id);
}

Async<Result<Job>> Jobs::unpause(std::string id_or_name, std::string actor)
{
    const Result<Reads::Run> run = co_await run_of(std::move(id_or_name));
    if (!run)
        co_return run.error();
    Resume request;
    request.target = whole_run(run->row.id, std::move(actor));
    const Result<Affected> done = co_await store().resume(std::move(request));
    if (!done)
        co_return done.error();
    co_return co_await job_at(run->row.id);
}

// Sees to it that nothing of failed attempts is left in the egress.
Async<Result<void>> Jobs::clear_outputs(RunId id)
{
    const Result<std::size_t> swept = co_await sweeper_.run_once();
    auto look = [id](Reads& reads) { return reads.outputs(id, TaskId{}); };
    const Result<std::vector<OutputRow>> outputs = co_await store().read(std::move(look));
    if (!outputs)
        co_return outputs.error();
    for (const OutputRow& row : *outputs)
        if (row.state == OutputState::doomed)
            co_return Error{
                Errc::unavailable, fmt::format(
                                       "output '{}' of a failed attempt is still to be removed{}",
                                       printable(row.path), swept ? "" : ": " + swept.error().detail
                                   )};
    co_return Result<void>();
}

Async<Result<void>> Jobs::remove(std::string id_or_name, std::string actor)
{
    const Result<Reads::Run> run = co_await run_of(std::move(id_or_name));
    if (!run)
        co_return run.error();
    if (!is_final(run->row.state))
        co_return Error{
            Errc::conflict, fmt::format(
                                "job '{}' is still running: cancel it first",
                                run->detail.name.value_or(std::string())
                            )};
    const RunId id = run->row.id;
    // The rows tell which files are still to be removed: those first.
    const Result<void> cleared = co_await clear_outputs(id);
    if (!cleared)
        co_return cleared.error();
    for (;;) {
        DeleteRun request;
        request.run = id;
        request.actor = actor;
        const Result<bool> gone = co_await store().delete_run(std::move(request));
        if (!gone)
            co_return gone.error();
        if (*gone)
            break;
        co_await sleep_for(std::chrono::milliseconds(1)); // a piece is gone; others first
    }
    const Uid uid = store().uid(UidKind::run, run->row.created_at, id.value);
    const std::string job_id = format_uid(uid);
    const Result<void> removed = co_await logs_.remove(job_id);
    if (!removed || !log_archive_)
        co_return removed;
    co_return co_await log_archive_->remove(job_id);
}

} // namespace sluice
