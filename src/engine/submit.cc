// SPDX-License-Identifier: Apache-2.0
#include "engine/submit.h"

#include "store/repeat.h"
#include "store/store.h"

#include <algorithm>
#include <iterator>
#include <memory>

namespace sluice {

namespace {

constexpr std::size_t piece = 2000;

// Hands out a vector in pieces, each with how many parents its tasks have.
struct Pieces {
    std::vector<NewTask> tasks;
    std::vector<std::uint32_t> parents;
    std::size_t used = 0;

    StageTasks next(RunId run)
    {
        const std::size_t end = std::min(used + piece, tasks.size());
        StageTasks request;
        request.run = run;
        for (std::size_t i = used; i < end; ++i)
            request.tasks.push_back(std::move(tasks[i]));
        if (!parents.empty())
            request.parents.assign(
                parents.begin() + static_cast<std::ptrdiff_t>(used),
                parents.begin() + static_cast<std::ptrdiff_t>(end)
            );
        used = end;
        return request;
    }
};

// Whether tasks name those whose ends they are told.
bool name_parents(const std::vector<NewTask>& tasks)
{
    return std::ranges::any_of(tasks, [](const NewTask& task) { return !task.parents.empty(); });
}

Async<Result<std::vector<TaskId>>> stage_tasks(Store& store, RunId run, Pieces pieces)
{
    std::vector<TaskId> ids;
    while (pieces.used < pieces.tasks.size()) {
        StageTasks request = pieces.next(run);
        if (name_parents(request.tasks))
            request.before = std::make_shared<const std::vector<TaskId>>(ids);
        const Result<std::vector<TaskId>> staged = co_await store.stage_tasks(std::move(request));
        if (!staged)
            co_return staged.error();
        ids.insert(ids.end(), staged->begin(), staged->end());
    }
    co_return Result<std::vector<TaskId>>(std::move(ids));
}

Async<Result<void>> stage_links(
    Store& store, RunId run, const std::vector<TaskId>& ids, const std::vector<GraphLink>& links
)
{
    for (std::size_t first = 0; first < links.size(); first += piece) {
        StageLinks request;
        request.run = run;
        for (std::size_t i = first; i < std::min(first + piece, links.size()); ++i)
            request.links.push_back(
                {ids[links[i].parent], ids[links[i].child], links[i].condition, links[i].unmet}
            );
        const Result<bool> staged = co_await store.stage_links(std::move(request));
        if (!staged)
            co_return staged.error();
    }
    co_return Result<void>();
}

Async<Result<Submitted>>
publish(Store& store, RunId run, std::optional<Micros> timeout, std::string actor)
{
    PublishRun request;
    request.run = run;
    request.timeout = timeout;
    request.actor = std::move(actor);
    co_return co_await store.publish_run(std::move(request));
}

Async<Result<Submitted>> submit_staged(Store& store, Submit request)
{
    const std::optional<Micros> timeout = request.run.timeout;
    std::string actor = request.run.actor;
    Pieces pieces;
    if (!request.links.empty())
        pieces.parents = parent_counts(request.tasks.size(), request.links);
    pieces.tasks = std::move(request.tasks);

    StageRun stage{std::move(request.run)};
    Result<Submitted> staged = co_await store.stage_run(std::move(stage));
    if (!staged || staged->repeated)
        co_return staged;
    const RunId run = staged->run;
    Result<std::vector<TaskId>> ids = co_await stage_tasks(store, run, std::move(pieces));
    if (!ids)
        co_return ids.error();
    const Result<void> linked = co_await stage_links(store, run, *ids, request.links);
    if (!linked)
        co_return linked.error();
    Result<Submitted> published = co_await publish(store, run, timeout, std::move(actor));
    if (published)
        published->tasks = std::move(*ids);
    co_return published;
}

// As many as tell whether the submission is large: fewer than the threshold are all.
Async<Result<std::vector<NewTask>>> first_tasks(TaskSource& source)
{
    std::vector<NewTask> tasks;
    while (tasks.size() < staging_threshold) {
        Result<std::vector<NewTask>> more = co_await source.next(staging_threshold - tasks.size());
        if (!more)
            co_return more.error();
        if (more->empty())
            break;
        std::move(more->begin(), more->end(), std::back_inserter(tasks));
    }
    co_return tasks;
}

} // namespace

Async<Result<Submitted>> submit(Store& store, Submit request)
{
    const Result<void> checked = check_graph(request.tasks.size(), request.links);
    if (!checked)
        co_return checked.error();
    const bool is_large = request.tasks.size() + request.links.size() > staging_threshold;
    if (is_large)
        co_return co_await submit_staged(store, std::move(request));
    co_return co_await store.submit(std::move(request));
}

Async<Result<Submitted>> submit(Store& store, NewRun run, TaskSource& source)
{
    const std::optional<Micros> timeout = run.timeout;
    std::string actor = run.actor;
    Result<std::vector<NewTask>> tasks = co_await first_tasks(source);
    if (!tasks)
        co_return tasks.error();
    if (tasks->size() < staging_threshold) {
        Submit request{std::move(run), std::move(*tasks), {}};
        co_return co_await store.submit(std::move(request));
    }
    StageRun stage{std::move(run)};
    Result<Submitted> staged = co_await store.stage_run(std::move(stage));
    if (!staged || staged->repeated)
        co_return staged;
    const RunId id = staged->run;
    while (!tasks->empty()) {
        StageTasks request;
        request.run = id;
        request.tasks = std::move(*tasks);
        const Result<std::vector<TaskId>> added = co_await store.stage_tasks(std::move(request));
        if (!added)
            co_return added.error();
        tasks = co_await source.next(piece);
        if (!tasks)
            co_return tasks.error();
    }
    co_return co_await publish(store, id, timeout, std::move(actor));
}

Async<Result<std::optional<Submitted>>>
submitted_before(Store& store, std::string key, std::string body_hash)
{
    std::optional<Submitted> before;
    if (key.empty())
        co_return before;
    auto look = [key](Reads& reads) { return reads.request(key); };
    const Result<std::optional<Reads::KeyedRequest>> first = co_await store.read(std::move(look));
    if (!first)
        co_return first.error();
    if (!*first)
        co_return before;
    const Result<Submitted> repeat = repeat_of(**first, key, body_hash);
    if (!repeat)
        co_return repeat.error();
    before = *repeat;
    co_return before;
}

} // namespace sluice
