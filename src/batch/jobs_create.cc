// SPDX-License-Identifier: Apache-2.0
// New jobs: checking a pipeline against the world, naming, storing; and retrying old ones.
#include "batch/cluster/reserved_names.h"
#include "batch/job_plan.h"
#include "batch/job_rows.h"
#include "batch/jobs.h"
#include "engine/engine.h"
#include "engine/submit.h"
#include "model/spec_edit.h"
#include "store/store.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr int name_tries = 5;

Judged<Pipeline> read_spec(const Json& spec)
{
    Checked<Pipeline> pipeline = read_pipeline(spec);
    if (!pipeline)
        return Refusal(std::move(pipeline.error()));
    return std::move(*pipeline);
}

// The document of an old job with the changes of its retry.
Judged<Json> changed_spec(Json spec, const std::vector<std::string>& set)
{
    const Json input = spec["input"];
    std::vector<Problem> problems;
    for (const std::string& assignment : set)
        if (const Result<void> done = set_field(spec, assignment); !done)
            problems.push_back({"", done.error().detail});
    if (spec["input"] != input)
        problems.push_back(
            {"input", "cannot be changed by a retry, which runs the datums that are left"}
        );
    if (!problems.empty())
        return Refusal(std::move(problems));
    return Judged<Json>(boost::system::in_place_value, std::move(spec));
}

Error not_retryable(const Job& job)
{
    if (job.status == JobStatus::running)
        return {
            Errc::conflict,
            fmt::format(
                "job '{}' is running; only a failed or canceled one can be retried", job.job_name
            )};
    return {
        Errc::conflict,
        fmt::format("job '{}' is done; there is nothing to be retried", job.job_name)};
}

NewRun new_run(const Pipeline& pipeline, const JobSpec& spec)
{
    NewRun run;
    run.kind = RunKind::job;
    run.spec = format_job_spec(spec);
    run.timeout = pipeline.job_timeout;
    return run;
}

} // namespace

// What a pipeline asks for by name that none of its pods may have; without pods, nothing.
Async<Result<std::vector<Problem>>> Jobs::check_names(const Transform& transform)
{
    std::vector<Problem> problems;
    if (!cluster_)
        co_return problems;
    auto look = [names = secret_names(transform)](Reads& reads) {
        std::set<std::string> jobs;
        for (const std::string& name : names) {
            const std::optional<RunId> id = reads.run_named(name);
            const std::optional<Reads::Run> run = id ? reads.run(*id) : std::nullopt;
            if (run && run->row.kind == RunKind::job)
                jobs.insert(name);
        }
        return jobs;
    };
    const Result<std::set<std::string>> jobs = co_await store().read(std::move(look));
    if (!jobs)
        co_return jobs.error();
    problems = check_reserved_names(transform, *jobs);
    co_return problems;
}

// The storage that a new job would have. Refusals: the secrets that it names, and its account.
Async<Judged<std::shared_ptr<BlobStore>>> Jobs::blobs_of(const Pipeline& pipeline)
{
    Result<std::vector<Problem>> reserved = co_await check_names(pipeline.transform);
    if (!reserved)
        co_return Refusal(reserved.error());
    if (!reserved->empty())
        co_return Refusal(std::move(*reserved));
    Result<std::shared_ptr<BlobStore>> blobs = co_await blobs_.of(pipeline);
    if (blobs)
        co_return std::move(*blobs);
    if (blobs.error().code == Errc::overloaded) // which here says that a plan is too large
        co_return Refusal(Error{Errc::unavailable, blobs.error().detail});
    if (blobs.error().code != Errc::invalid)
        co_return Refusal(blobs.error());
    std::vector<Problem> problems{{"transform.secrets", blobs.error().detail}};
    co_return Refusal(std::move(problems));
}

Surroundings Jobs::surroundings(BlobStore& blobs)
{
    return {blobs, threads_, options_.secrets_directory, cluster_.has_value()};
}

// A specification that the world around it has room for, and its datums. Refusals: all at once.
Async<Judged<Jobs::Planned>> Jobs::plan(const Json& spec)
{
    Judged<Pipeline> pipeline = read_spec(spec);
    if (!pipeline)
        co_return pipeline.error();
    const Judged<std::shared_ptr<BlobStore>> blobs = co_await blobs_of(*pipeline);
    if (!blobs)
        co_return blobs.error();
    const Surroundings around = surroundings(**blobs);
    Result<std::vector<Problem>> checked = co_await check_surroundings(*pipeline, around);
    if (!checked)
        co_return Refusal(checked.error());
    std::vector<Problem> problems = std::move(*checked);
    PlanLimits limits;
    limits.datums_max = options_.datums_max;
    Judged<std::shared_ptr<const DatumPlan>> plan = co_await plan_datums(*pipeline, limits, around);
    if (!plan && plan.error().code != Errc::invalid)
        co_return plan.error();
    if (!plan) {
        const std::vector<Problem>& more = plan.error().problems;
        problems.insert(problems.end(), more.begin(), more.end());
    }
    if (!problems.empty() || !plan)
        co_return Refusal(std::move(problems));
    Planned planned{std::move(*pipeline), std::move(*plan)};
    co_return planned;
}

Async<Judged<Jobs::Created>> Jobs::create(NewJob request)
{
    // What the specification names may have gone since the first time.
    const Result<std::optional<Submitted>> before =
        co_await submitted_before(store(), request.request_key, request.body_hash);
    if (!before)
        co_return Refusal(before.error());
    if (*before)
        co_return co_await created(**before);
    Judged<Planned> planned = co_await plan(request.spec);
    if (!planned)
        co_return planned.error();

    Draft draft{std::move(planned->pipeline), {},
                std::move(request.actor),     std::move(request.request_key),
                std::move(request.body_hash), std::nullopt};
    draft.spec.pipeline = std::move(request.spec);
    draft.spec.directory = std::move(request.directory);
    auto make_source = [plan = std::move(planned->plan), datum = datum_template(draft.pipeline),
                        &threads = threads_] { return tasks_of_plan(plan, datum, threads); };
    co_return co_await submit_draft(std::move(draft), std::move(make_source));
}

Async<Judged<std::uint64_t>> Jobs::check(Json spec, EachDatum each)
{
    const Judged<Planned> planned = co_await plan(spec);
    if (!planned)
        co_return planned.error();
    const DatumPlan& plan = *planned->plan;
    for (std::uint64_t index = 0; each && index < plan.size(); ++index)
        each(index, plan.datum(index));
    co_return plan.size();
}

Async<Judged<Jobs::Created>> Jobs::submit_draft(Draft draft, MakeSource make_source)
{
    Result<Submitted> submitted = co_await submit_named(draft, make_source);
    if (!submitted)
        co_return Refusal(submitted.error());
    co_return co_await created(*submitted);
}

Async<Judged<Jobs::Created>> Jobs::created(Submitted submitted)
{
    Result<Job> job = co_await job_at(submitted.run);
    if (!job)
        co_return Refusal(job.error());
    Created created;
    created.job = std::move(*job);
    created.repeated = submitted.repeated;
    if (created.job.counts.total == 0)
        created.warnings.emplace_back("no datum: the input matches no file, so the job is done");
    co_return created;
}

// The random part of a name may be taken already, though hardly ever: then another is drawn.
Async<Result<Submitted>> Jobs::submit_named(const Draft& draft, const MakeSource& make_source)
{
    for (int attempt = 1;; ++attempt) {
        const std::string suffix = random_text(random(), job_suffix_alphabet, job_suffix_size);
        Result<std::string> job = job_name(draft.pipeline.name, suffix);
        if (!job)
            co_return job.error();
        NewRun run = new_run(draft.pipeline, draft.spec);
        run.name = *job;
        run.queues = {"job/" + *job};
        run.actor = draft.actor;
        run.origin = draft.origin;
        run.request_key = draft.request_key;
        run.body_hash = draft.body_hash;
        if (cluster_)
            run.cluster_job = NewClusterJob{cluster_->name_space};
        const std::unique_ptr<TaskSource> source = make_source();
        Result<Submitted> submitted = co_await submit(store(), std::move(run), *source);
        if (submitted || submitted.error().code != Errc::conflict || attempt == name_tries)
            co_return submitted;
        auto look = [name = *job](Reads& reads) { return reads.run_named(name); };
        const Result<std::optional<RunId>> taken = co_await store().read(std::move(look));
        const bool was_the_name = taken && taken->has_value();
        if (!was_the_name)
            co_return submitted;
    }
}

Async<Judged<Jobs::Created>> Jobs::retry(RetryJob request)
{
    Result<Reads::Run> run = co_await run_of(request.job);
    if (!run)
        co_return Refusal(run.error());
    const RunState state = run->row.state;
    if (state != RunState::failed && state != RunState::canceled) {
        const JobRow row{*run, std::nullopt};
        co_return Refusal(not_retryable(to_job(store(), row)));
    }
    // Else it could be removed after the new job has written it anew.
    const Result<void> cleared = co_await clear_outputs(run->row.id);
    if (!cleared)
        co_return Refusal(cleared.error());
    Result<JobSpec> spec = parse_job_spec(run->detail.spec);
    if (!spec)
        co_return Refusal(spec.error());
    Judged<Json> changed = changed_spec(std::move(spec->pipeline), request.set);
    if (!changed)
        co_return changed.error();
    Judged<Pipeline> pipeline = read_spec(*changed);
    if (!pipeline)
        co_return pipeline.error();
    const Judged<std::shared_ptr<BlobStore>> blobs = co_await blobs_of(*pipeline);
    if (!blobs)
        co_return blobs.error();
    const Surroundings around = surroundings(**blobs);
    Result<std::vector<Problem>> problems = co_await check_surroundings(*pipeline, around);
    if (!problems)
        co_return Refusal(problems.error());
    if (!problems->empty())
        co_return Refusal(std::move(*problems));

    Draft draft{std::move(*pipeline), {}, std::move(request.actor), {}, {}, run->row.id};
    draft.spec.pipeline = std::move(*changed);
    draft.spec.directory = std::move(spec->directory);
    auto make_source = [&store = store(), old = run->row.id,
                        datum = datum_template(draft.pipeline)] {
        return tasks_not_done(store, old, datum);
    };
    co_return co_await submit_draft(std::move(draft), std::move(make_source));
}

} // namespace sluice
