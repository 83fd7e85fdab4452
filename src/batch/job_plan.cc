// SPDX-License-Identifier: Apache-2.0
#include "batch/job_plan.h"

#include "async/worker_threads.h"
#include "base/os.h"
#include "batch/blob_stores.h"
#include "batch/command_env.h"
#include "model/datum_payload.h"
#include "store/store.h"

#include <fmt/format.h>

#include <map>

namespace sluice {

namespace {

// Where the URIs of the atoms stand in the document, in the order of atoms_of().
void find_uri_paths(const Json& input, const Path& path, std::vector<std::string>& found)
{
    auto member = input.begin();
    while (member.value().is_null())
        ++member; // an absent kind
    const std::string key = member.key();
    const Json& node = member.value();
    const Path here(path, key);
    if (node.is_object()) {
        found.push_back(Path(here, "URI").text());
        return;
    }
    for (std::size_t i = 0; i < node.size(); ++i)
        find_uri_paths(node[i], Path(here, i), found);
}

struct PlacedAtom {
    const Atom* atom;
    std::string path; // of its URI in the document
};

std::vector<PlacedAtom> placed_atoms(const Pipeline& pipeline)
{
    const Path document;
    std::vector<std::string> paths;
    find_uri_paths(pipeline.spec["input"], Path(document, "input"), paths);
    std::vector<PlacedAtom> placed;
    for (const Atom* atom : atoms_of(pipeline.input))
        placed.push_back({atom, std::move(paths.at(placed.size()))});
    return placed;
}

// From where the datums run.
bool is_reached(const ObjectUri& uri, const Surroundings& around)
{
    return uri.scheme != UriScheme::local && !(around.in_pods && uri.scheme == UriScheme::file);
}

void refuse_place(
    const ObjectUri& uri, std::string path, const Surroundings& around,
    std::vector<Problem>& problems
)
{
    if (is_reached(uri, around))
        return;
    const std::string why =
        around.in_pods
            ? "is on this machine, where no pod comes; accepted: s3://bucket/path, gs://bucket/path"
            : "is a plain path, which only local execution knows; accepted: file:///path";
    problems.push_back(
        {std::move(path), fmt::format("'{}' {}", printable_path(blob_place(uri)), why)}
    );
}

// What storage says that is busy: overloaded is a plan that is too large.
Error of_storage(Error error)
{
    if (error.code == Errc::overloaded)
        error.code = Errc::unavailable;
    return error;
}

bool is_problem_of_the_document(const Error& error)
{
    return error.code != Errc::unavailable && error.code != Errc::timed_out;
}

Async<Result<std::shared_ptr<const Listing>>> list_folder(std::string place, Surroundings around)
{
    const auto listing = std::make_shared<Listing>();
    const std::unique_ptr<BlobListing> pages = around.blobs.list(place, ListDepth::recursive);
    for (;;) {
        const Result<std::vector<BlobEntry>> page = co_await pages->next_page();
        if (!page)
            co_return of_storage(page.error());
        if (page->empty())
            break;
        for (const BlobEntry& entry : *page)
            if (const Result<void> added = listing->add(entry.path, entry.size); !added)
                co_return added.error();
    }
    auto finish = [&listing] { listing->finish(); };
    co_await around.threads.run(std::move(finish));
    co_return std::shared_ptr<const Listing>(listing);
}

class PlanTasks final : public TaskSource {
public:
    PlanTasks(
        std::shared_ptr<const DatumPlan> plan, NewTask datum, WorkerThreads& threads,
        std::size_t bytes_max
    )
        : plan_(std::move(plan)), datum_(std::move(datum)), threads_(threads), bytes_max_(bytes_max)
    {}

    Async<Result<std::vector<NewTask>>> next(std::size_t limit) override
    {
        auto work = [this, limit] { return make(limit); };
        Result<std::vector<NewTask>> tasks = co_await threads_.run(std::move(work));
        co_return tasks;
    }

private:
    Result<std::vector<NewTask>> make(std::size_t limit)
    {
        const std::uint64_t end = std::min<std::uint64_t>(plan_->size(), next_ + limit);
        std::vector<NewTask> tasks;
        tasks.reserve(end - next_);
        for (; next_ < end; ++next_) {
            const std::vector<InputFile> files = plan_->datum(next_);
            tasks.push_back(datum_);
            tasks.back().payload = dump_json(datum_payload(files));
            const std::size_t bytes = tasks.back().payload.size();
            if (bytes > bytes_max_)
                return Error{
                    Errc::invalid,
                    fmt::format(
                        "input: a datum has {} files, whose names take {} bytes; accepted are {}: "
                        "a glob that matches less at once makes more datums",
                        files.size(), bytes, bytes_max_
                    )};
        }
        return tasks;
    }

    std::shared_ptr<const DatumPlan> plan_;
    NewTask datum_;
    WorkerThreads& threads_;
    std::size_t bytes_max_;
    std::uint64_t next_ = 0;
};

class TasksNotDone final : public TaskSource {
public:
    TasksNotDone(Store& store, RunId run, NewTask datum) : store_(store), datum_(std::move(datum))
    {
        filter_.run = run;
        filter_.states = {TaskState::failed, TaskState::canceled};
    }

    Async<Result<std::vector<NewTask>>> next(std::size_t limit) override
    {
        filter_.limit = limit;
        auto look = [filter = filter_](Reads& reads) { return reads.tasks(filter); };
        const Result<std::vector<Reads::Task>> rows = co_await store_.read(std::move(look));
        if (!rows)
            co_return rows.error();
        std::vector<NewTask> tasks;
        for (const Reads::Task& row : *rows) {
            tasks.push_back(datum_);
            tasks.back().payload = row.row.payload;
            filter_.after = row.row.id;
        }
        co_return tasks;
    }

private:
    Store& store_;
    NewTask datum_;
    Reads::TaskFilter filter_;
};

} // namespace

Async<Result<std::vector<Problem>>>
check_surroundings(const Pipeline& pipeline, Surroundings around)
{
    std::vector<Problem> problems;
    for (PlacedAtom& placed : placed_atoms(pipeline))
        refuse_place(placed.atom->uri, std::move(placed.path), around, problems);
    refuse_place(pipeline.egress, "egress.URI", around, problems);
    if (is_reached(pipeline.egress, around)) {
        std::string place = blob_place(as_folder(pipeline.egress));
        const Result<void> writable = co_await around.blobs.check_writable(std::move(place));
        if (!writable) {
            Error error = of_storage(writable.error());
            if (!is_problem_of_the_document(error))
                co_return with_context("egress.URI", std::move(error));
            problems.push_back({"egress.URI", std::move(error.detail)});
        }
    }
    if (around.in_pods)
        co_return problems;
    auto read = [&] { return read_secrets(pipeline.transform, around.secrets_directory); };
    const auto secrets = co_await around.threads.run(std::move(read));
    if (!secrets) {
        const std::vector<Problem>& more = secrets.error(); // error() gives a copy
        problems.insert(problems.end(), more.begin(), more.end());
    }
    co_return problems;
}

Async<Judged<std::shared_ptr<const DatumPlan>>>
plan_datums(const Pipeline& pipeline, PlanLimits limits, Surroundings around)
{
    std::map<std::string, std::shared_ptr<const Listing>> by_place;
    std::vector<std::shared_ptr<const Listing>> listings;
    std::vector<Problem> problems;
    std::vector<PlacedAtom> atoms = placed_atoms(pipeline);
    for (PlacedAtom& placed : atoms) {
        if (!is_reached(placed.atom->uri, around))
            continue; // check_surroundings() says so
        const std::string place = blob_place(as_folder(placed.atom->uri));
        if (!by_place.contains(place)) {
            const auto listing = co_await list_folder(place, around);
            if (!listing && !is_problem_of_the_document(listing.error()))
                co_return Refusal(listing.error());
            if (!listing) {
                problems.push_back({std::move(placed.path), listing.error().detail});
                continue;
            }
            by_place[place] = *listing;
        }
        listings.push_back(by_place[place]);
    }
    if (!problems.empty() || listings.size() != atoms.size())
        co_return Refusal(std::move(problems));

    auto make = [&] { return DatumPlan::make(pipeline.input, listings, limits); };
    Result<DatumPlan> plan = co_await around.threads.run(std::move(make));
    if (!plan) {
        problems.push_back({"input", plan.error().detail});
        co_return Refusal(std::move(problems));
    }
    co_return std::make_shared<const DatumPlan>(std::move(*plan));
}

NewTask datum_template(const Pipeline& pipeline)
{
    NewTask datum;
    datum.priority = static_cast<int>(pipeline.priority);
    datum.timeout = pipeline.datum_timeout;
    datum.retry.tries_max = static_cast<int>(pipeline.datum_tries);
    datum.retry.delay_initial = pipeline.retry_backoff;
    datum.retry.delay_max = std::max<Micros>(datum.retry.delay_max, pipeline.retry_backoff);
    return datum;
}

std::unique_ptr<TaskSource> tasks_of_plan(
    std::shared_ptr<const DatumPlan> plan, NewTask datum, WorkerThreads& threads,
    std::size_t bytes_max
)
{
    return std::make_unique<PlanTasks>(std::move(plan), std::move(datum), threads, bytes_max);
}

std::unique_ptr<TaskSource> tasks_not_done(Store& store, RunId run, NewTask datum)
{
    return std::make_unique<TasksNotDone>(store, run, std::move(datum));
}

} // namespace sluice
