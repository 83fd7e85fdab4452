// SPDX-License-Identifier: Apache-2.0
#include "batch/job_facts.h"

#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

std::string format_job_spec(const JobSpec& spec)
{
    Json stored = Json::object();
    stored["pipeline"] = spec.pipeline;
    if (!spec.directory.empty())
        stored["directory"] = percent_encode(spec.directory); // it need not be UTF-8
    return dump_json(stored);
}

Result<JobSpec> parse_job_spec(std::string_view text)
{
    Result<Json> stored = parse_json(text);
    if (!stored || !stored->is_object() || !stored->contains("pipeline"))
        return Error{Errc::corrupt, "the stored pipeline of a job cannot be read"};
    JobSpec spec;
    spec.pipeline = std::move((*stored)["pipeline"]);
    const auto directory = stored->find("directory");
    if (directory != stored->end() && directory->is_string())
        spec.directory = percent_decode(directory->get_ref<const std::string&>());
    return spec;
}

namespace {

Result<std::shared_ptr<const JobFacts>> facts_of(const Store& store, const Reads::Run& run)
{
    if (run.row.kind != RunKind::job || !run.detail.name)
        return Error{Errc::not_found, "not a job"};
    Result<JobSpec> spec = parse_job_spec(run.detail.spec);
    if (!spec)
        return spec.error();
    Checked<Pipeline> pipeline = read_pipeline(spec->pipeline);
    if (!pipeline)
        return with_context("the stored pipeline of a job", to_error(pipeline.error()));
    auto facts = std::make_shared<JobFacts>();
    facts->run = run.row.id;
    facts->created_at = run.row.created_at;
    facts->id = format_uid(store.uid(UidKind::run, run.row.created_at, run.row.id.value));
    facts->name = *run.detail.name;
    facts->directory = std::move(spec->directory);
    facts->pipeline = std::make_shared<const Pipeline>(std::move(*pipeline));
    return std::shared_ptr<const JobFacts>(std::move(facts));
}

} // namespace

std::string datum_id(const Store& store, const JobFacts& job, TaskId task)
{
    return format_uid(store.uid(UidKind::task, job.created_at, task.value));
}

Async<Result<std::shared_ptr<const JobFacts>>> JobFactsCache::of(RunId run)
{
    const auto known = std::find_if(facts_.begin(), facts_.end(), [run](const auto& facts) {
        return facts->run == run;
    });
    if (known != facts_.end())
        co_return *known;
    auto look = [run](Reads& reads) { return reads.run(run); };
    const Result<std::optional<Reads::Run>> found = co_await store_.read(std::move(look));
    if (!found)
        co_return found.error();
    if (!*found)
        co_return Error{Errc::not_found, "no such job"};
    Result<std::shared_ptr<const JobFacts>> facts = facts_of(store_, **found);
    if (facts) {
        facts_.push_back(*facts);
        if (facts_.size() > jobs_max)
            facts_.pop_front();
    }
    co_return facts;
}

} // namespace sluice
