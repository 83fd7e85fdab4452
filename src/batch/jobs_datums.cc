// SPDX-License-Identifier: Apache-2.0
// Datums of jobs: lists, descriptions, retries, logs; and why things stand as they do.
#include "base/text.h"
#include "batch/job_rows.h"
#include "batch/jobs.h"
#include "batch/why.h"
#include "engine/engine.h"
#include "model/datum_payload.h"
#include "store/store.h"

#include <fmt/format.h>

namespace sluice {

namespace {

Error no_such_datum(std::string_view id)
{
    return {Errc::not_found, fmt::format("no datum '{}'", printable(id))};
}

struct DatumAndRun {
    RunRow run;
    Reads::Task task;
};

std::optional<DatumAndRun> datum_and_run(Reads& reads, TaskId id)
{
    std::optional<Reads::Task> task = reads.task(id);
    if (!task)
        return std::nullopt;
    const std::optional<RunRow> run = reads.run_row(task->row.run);
    if (!run || run->kind != RunKind::job)
        return std::nullopt;
    return DatumAndRun{*run, std::move(*task)};
}

struct DatumRows {
    Reads::Task task;
    std::vector<AttemptRow> attempts;
    std::vector<OutputRow> outputs;
};

struct DatumHistory {
    RunRow run;
    DatumRows rows;
};

std::optional<DatumHistory> datum_history(Reads& reads, TaskId id)
{
    std::optional<DatumAndRun> datum = datum_and_run(reads, id);
    if (!datum)
        return std::nullopt;
    DatumRows rows{std::move(datum->task), reads.attempts(id), reads.outputs(datum->run.id, id)};
    return DatumHistory{datum->run, std::move(rows)};
}

std::optional<DatumRows> rows_of_held(Reads& reads, TaskId id)
{
    std::optional<Reads::Task> task = reads.task(id);
    if (!task)
        return std::nullopt;
    const bool is_first = task->lease && task->lease->place.attempt <= 1;
    DatumRows rows{std::move(*task), {}, {}};
    if (!rows.task.done && !is_first)
        rows.attempts = reads.attempts(id);
    return rows;
}

Result<DatumDescription> description_of(const Store& store, Time run_created_at, DatumRows rows)
{
    const Result<Json> payload = parse_json(rows.task.row.payload);
    if (!payload)
        return Error{Errc::corrupt, "the stored input files of a datum cannot be read"};
    Result<std::vector<InputFile>> inputs = read_datum_payload(*payload);
    if (!inputs)
        return inputs.error();
    DatumDescription description;
    description.datum = to_datum(store, run_created_at, rows.task);
    // What will be tried again has its error in its last attempt only.
    if (description.datum.error_message.empty() && !rows.task.done && !rows.attempts.empty())
        description.datum.error_message = rows.attempts.back().error;
    description.input_files = std::move(*inputs);
    description.attempts = std::move(rows.attempts);
    description.outputs = std::move(rows.outputs);
    return description;
}

} // namespace

Async<Result<TaskId>> Jobs::task_of(std::string id)
{
    const std::optional<Uid> uid = parse_uid(id);
    std::optional<std::int64_t> key;
    if (uid)
        key = store().key(UidKind::task, *uid);
    if (!key)
        co_return no_such_datum(id);
    co_return TaskId{*key};
}

Async<Result<std::vector<Datum>>> Jobs::datums(std::string job, DatumFilter filter)
{
    const Result<Reads::Run> run = co_await run_of(std::move(job));
    if (!run)
        co_return run.error();
    Reads::TaskFilter tasks;
    tasks.run = run->row.id;
    tasks.limit = filter.limit;
    if (filter.status)
        tasks.states = to_task_states(*filter.status);
    if (!filter.after.empty()) {
        const Result<TaskId> after = co_await task_of(filter.after);
        if (!after)
            co_return after.error();
        tasks.after = *after;
    }
    auto look = [tasks](Reads& reads) { return reads.tasks(tasks); };
    const Result<std::vector<Reads::Task>> rows = co_await store().read(std::move(look));
    if (!rows)
        co_return rows.error();
    std::vector<Datum> datums;
    for (const Reads::Task& row : *rows)
        datums.push_back(to_datum(store(), run->row.created_at, row));
    co_return datums;
}

Async<Result<DatumDescription>> Jobs::describe_datum(std::string id)
{
    const Result<TaskId> task = co_await task_of(id);
    if (!task)
        co_return task.error();
    auto look = [task = *task](Reads& reads) { return datum_history(reads, task); };
    Result<std::optional<DatumHistory>> history = co_await store().read(std::move(look));
    if (!history)
        co_return history.error();
    if (!*history)
        co_return no_such_datum(id);
    const Time created_at = (*history)->run.created_at;
    co_return description_of(store(), created_at, std::move((*history)->rows));
}

Async<Result<DatumDescription>> Jobs::describe_held(RunId run, TaskId task)
{
    const Result<std::shared_ptr<const JobFacts>> job = co_await facts_.of(run);
    if (!job)
        co_return job.error();
    auto look = [task](Reads& reads) { return rows_of_held(reads, task); };
    Result<std::optional<DatumRows>> rows = co_await store().read(std::move(look));
    if (!rows)
        co_return rows.error();
    if (!*rows)
        co_return Error{Errc::not_found, "the datum was deleted"};
    co_return description_of(store(), (*job)->created_at, std::move(**rows));
}

Async<Result<Datum>> Jobs::retry_datum(std::string id, std::string actor)
{
    const Result<TaskId> task = co_await task_of(id);
    if (!task)
        co_return task.error();
    auto look = [task = *task](Reads& reads) { return datum_and_run(reads, task); };
    const Result<std::optional<DatumAndRun>> rows = co_await store().read(look);
    if (!rows)
        co_return rows.error();
    if (!*rows)
        co_return no_such_datum(id);
    RetryTasks request;
    request.target.run = (*rows)->run.id;
    request.target.tasks = {*task};
    request.target.actor = std::move(actor);
    const Result<Affected> done = co_await store().retry_tasks(std::move(request));
    if (!done)
        co_return done.error();
    const Result<std::optional<DatumAndRun>> now = co_await store().read(std::move(look));
    if (!now)
        co_return now.error();
    if (!*now)
        co_return no_such_datum(id);
    co_return to_datum(store(), (*now)->run.created_at, (*now)->task);
}

Async<Result<Why>> Jobs::why_datum(std::string id)
{
    const Result<TaskId> task = co_await task_of(id);
    if (!task)
        co_return task.error();
    const Time now = engine_.clock().now();
    auto look = [task = *task, now](Reads& reads) { return task_facts(reads, task, now); };
    const Result<std::optional<TaskFacts>> facts = co_await store().read(std::move(look));
    if (!facts)
        co_return facts.error();
    if (!*facts)
        co_return no_such_datum(id);
    co_return why(**facts, now);
}

Async<Result<Why>> Jobs::why_job(std::string id_or_name)
{
    const Result<Reads::Run> run = co_await run_of(std::move(id_or_name));
    if (!run)
        co_return run.error();
    const Time now = engine_.clock().now();
    auto look = [id = run->row.id, now](Reads& reads) { return job_why_facts(reads, id, now); };
    const Result<std::optional<JobWhyFacts>> facts = co_await store().read(std::move(look));
    if (!facts)
        co_return facts.error();
    if (!*facts)
        co_return Error{Errc::not_found, "the job was deleted"};
    JobWhyFacts known = **facts;
    // Of another namespace there may be another server that sees it.
    if (cluster_ && known.cluster && known.cluster->name_space == cluster_->name_space)
        known.cluster_trouble = cluster_trouble();
    co_return why(known, now);
}

Async<Result<std::string>> Jobs::log_file(std::string datum, int attempt)
{
    Result<LogPlace> place = co_await log_place(std::move(datum), attempt);
    if (!place)
        co_return place.error();
    co_return std::move(place->path);
}

Async<Result<Jobs::LogPlace>> Jobs::log_place(std::string datum, int attempt)
{
    const Result<TaskId> task = co_await task_of(datum);
    if (!task)
        co_return task.error();
    auto look = [task = *task](Reads& reads) { return datum_and_run(reads, task); };
    const Result<std::optional<DatumAndRun>> rows = co_await store().read(std::move(look));
    if (!rows)
        co_return rows.error();
    if (!*rows)
        co_return no_such_datum(datum);
    const Datum seen = to_datum(store(), (*rows)->run.created_at, (*rows)->task);
    const int last = seen.attempt;
    if (attempt < 0 || attempt > last)
        co_return Error{
            Errc::not_found,
            fmt::format("no attempt {} of datum '{}': there were {}", attempt, datum, last)};
    const int chosen = attempt == 0 ? std::max(last, 1) : attempt;
    LogPlace place;
    place.job_id = seen.job_id;
    place.datum_id = seen.id;
    place.attempt = chosen;
    place.path = logs_.path(place.name());
    place.is_live = chosen == last && seen.status == DatumStatus::running;
    co_return place;
}

Async<Result<Jobs::LogPlace>> Jobs::log_place(LiveAttempt attempt)
{
    const Result<std::shared_ptr<const JobFacts>> job = co_await facts_.of(attempt.run);
    if (!job)
        co_return job.error();
    LogPlace place;
    place.job_id = (*job)->id;
    place.datum_id = datum_id(store(), **job, attempt.task);
    place.attempt = attempt.attempt;
    place.path = logs_.path(place.name());
    place.is_live = true;
    co_return place;
}

} // namespace sluice
