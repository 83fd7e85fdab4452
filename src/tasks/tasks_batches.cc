// SPDX-License-Identifier: Apache-2.0
// Batches as a whole, and their graphs.
#include "base/text.h"
#include "engine/engine.h"
#include "store/store.h"
#include "tasks/apply.h"
#include "tasks/tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sluice {

namespace {

constexpr std::size_t page = 2000; // of a graph, so that no snapshot lives long

Error no_such_batch(std::string_view id)
{
    return {Errc::not_found, fmt::format("no batch '{}'", printable(id))};
}

} // namespace

Async<Result<BatchView>> Tasks::batch(std::string id)
{
    const std::optional<RunId> run = batch_id(id);
    if (!run)
        co_return no_such_batch(id);
    auto look = [run = *run](Reads& reads) { return reads.service().batch(run); };
    Result<std::optional<BatchView>> view = co_await store().read(std::move(look));
    if (!view)
        co_return view.error();
    if (!*view)
        co_return no_such_batch(id);
    co_return std::move(**view);
}

Async<Result<std::vector<BatchView>>> Tasks::batches(ServiceReads::BatchFilter filter)
{
    auto look = [filter = std::move(filter)](Reads& reads) {
        return reads.service().batches(filter);
    };
    co_return co_await store().read(std::move(look));
}

Async<Result<Target>> Tasks::batch_target(std::string id, std::string actor)
{
    const Result<BatchView> view = co_await batch(std::move(id));
    if (!view)
        co_return view.error();
    Target target;
    target.run = view->run.id;
    target.actor = std::move(actor);
    co_return target;
}

// What is final already is left alone, and so is a batch that is.
Async<Result<Affected>> Tasks::unless_final(std::string id, Result<Affected> answer)
{
    if (answer || answer.error().code != Errc::conflict)
        co_return answer;
    const Result<BatchView> view = co_await batch(std::move(id));
    if (!view)
        co_return view.error();
    Affected affected;
    affected.final = view->run.counts.final();
    co_return affected;
}

Async<Result<Affected>> Tasks::cancel_batch(std::string id, std::string actor)
{
    Result<Target> target = co_await batch_target(id, std::move(actor));
    if (target)
        target->reason = "Batch stopped";
    Result<Affected> answer = co_await apply(store(), std::move(target), &Store::cancel);
    co_return co_await unless_final(std::move(id), std::move(answer));
}

Async<Result<Affected>> Tasks::pause_batch(std::string id, std::string actor)
{
    Result<Target> target = co_await batch_target(id, std::move(actor));
    Result<Affected> answer = co_await apply(store(), std::move(target), &Store::pause);
    co_return co_await unless_final(std::move(id), std::move(answer));
}

Async<Result<Affected>> Tasks::resume_batch(std::string id, std::string actor)
{
    Result<Target> target = co_await batch_target(id, std::move(actor));
    Result<Affected> answer = co_await apply(store(), std::move(target), &Store::resume);
    co_return co_await unless_final(std::move(id), std::move(answer));
}

Async<Result<std::size_t>>
Tasks::set_batch_rules(std::string id, std::string kind, std::string rules, std::string actor)
{
    const Result<BatchView> view = co_await batch(std::move(id));
    if (!view)
        co_return view.error();
    SetRules request;
    request.run = view->run.id;
    request.kind = std::move(kind);
    request.rules = std::move(rules);
    request.actor = std::move(actor);
    co_return co_await store().set_rules(std::move(request));
}

Async<Result<std::optional<Time>>> Tasks::batch_created_at(std::string id)
{
    const std::optional<RunId> run = batch_id(id);
    if (!run)
        co_return std::optional<Time>();
    auto look = [run = *run](Reads& reads) {
        const std::optional<Reads::Run> found = reads.run(run);
        return found ? std::optional(found->row.created_at) : std::nullopt;
    };
    co_return co_await store().read(std::move(look));
}

Async<Result<std::vector<TaskView>>> Tasks::dag_tasks(std::string id, TaskId after)
{
    const std::optional<RunId> run = batch_id(id);
    if (!run)
        co_return std::vector<TaskView>();
    auto look = [run = *run, after](Reads& reads) {
        return reads.service().run_tasks(run, after, page);
    };
    co_return co_await store().read(std::move(look));
}

Async<Result<std::vector<LinkRow>>> Tasks::dag_links(std::string id, TaskId after)
{
    const std::optional<RunId> run = batch_id(id);
    if (!run)
        co_return std::vector<LinkRow>();
    auto look = [run = *run, after](Reads& reads) {
        return reads.service().run_links(run, after, page);
    };
    co_return co_await store().read(std::move(look));
}

Async<Result<std::vector<OutsideLinkView>>> Tasks::dag_outside_links(std::string id, LinkRow after)
{
    const std::optional<RunId> run = batch_id(id);
    if (!run)
        co_return std::vector<OutsideLinkView>();
    auto look = [run = *run, after](Reads& reads) {
        return reads.service().outside_links(run, after, page);
    };
    co_return co_await store().read(std::move(look));
}

} // namespace sluice
