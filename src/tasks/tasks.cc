// SPDX-License-Identifier: Apache-2.0
// Tasks: looking at them, reporting, and what users do with one.
#include "tasks/tasks.h"

#include "base/text.h"
#include "engine/engine.h"
#include "store/store.h"
#include "tasks/apply.h"
#include "tasks/service_metrics.h"

#include <fmt/format.h>

namespace sluice {

namespace {

Error no_such_task(std::string_view id)
{
    return {Errc::not_found, fmt::format("no task '{}'", printable(id))};
}

Result<void> done(const Result<bool>& answer)
{
    return answer ? Result<void>() : Result<void>(answer.error());
}

Result<void> done(const Result<Affected>& answer)
{
    return answer ? Result<void>() : Result<void>(answer.error());
}

} // namespace

Tasks::Tasks(Engine& engine, BatchFacts& facts, const AddressGuard& guard, ServiceMetrics& metrics)
    : engine_(engine),
      facts_(facts),
      guard_(guard),
      metrics_(metrics),
      names_(guard),
      definitions_(engine, guard, names_)
{}

Store& Tasks::store() const
{
    return engine_.store();
}

Time Tasks::now() const
{
    return engine_.clock().now();
}

Async<Result<TaskFigures>> Tasks::figures()
{
    auto look = [](Reads& reads) { return reads.service().figures(); };
    co_return co_await store().read(std::move(look));
}

std::optional<TaskId> Tasks::task_id(std::string_view uuid) const
{
    const std::optional<Uid> uid = parse_uid(uuid);
    const auto key = uid ? store().key(UidKind::task, *uid) : std::nullopt;
    return key ? std::optional(TaskId{*key}) : std::nullopt;
}

std::optional<RunId> Tasks::batch_id(std::string_view uuid) const
{
    const std::optional<Uid> uid = parse_uid(uuid);
    const auto key = uid ? store().key(UidKind::run, *uid) : std::nullopt;
    return key ? std::optional(RunId{*key}) : std::nullopt;
}

std::string Tasks::uuid(UidKind kind, Time created_at, std::int64_t key) const
{
    return format_uid(store().uid(kind, created_at, key));
}

Async<Result<RunId>> Tasks::run_of(std::string id)
{
    const std::optional<TaskId> task = task_id(id);
    if (!task)
        co_return no_such_task(id);
    if (const RunId known = facts_.run_of(*task))
        co_return known;
    auto look = [task = *task](Reads& reads) { return reads.service().run_of(task); };
    const Result<std::optional<RunId>> run = co_await store().read(std::move(look));
    if (!run)
        co_return run.error();
    if (!*run)
        co_return no_such_task(id);
    facts_.learn(*task, **run);
    co_return **run;
}

Async<Result<Target>> Tasks::target_of(std::string id, std::string actor)
{
    const Result<RunId> run = co_await run_of(id);
    if (!run)
        co_return run.error();
    Target target;
    target.run = *run;
    target.tasks = {*task_id(id)};
    target.actor = std::move(actor);
    co_return target;
}

Async<Result<TaskView>> Tasks::find(std::string id)
{
    const std::optional<TaskId> task = task_id(id);
    if (!task)
        co_return no_such_task(id);
    auto look = [task = *task](Reads& reads) { return reads.service().task(task); };
    Result<std::optional<TaskView>> view = co_await store().read(std::move(look));
    if (!view)
        co_return view.error();
    if (!*view)
        co_return no_such_task(id);
    co_return std::move(**view);
}

Async<Result<std::vector<TaskView>>> Tasks::list(ServiceReads::TaskFilter filter)
{
    auto look = [filter = std::move(filter)](Reads& reads) {
        return reads.service().tasks(filter);
    };
    co_return co_await store().read(std::move(look));
}

Async<Result<void>> Tasks::update(std::string id, UpdateTask change)
{
    const Result<RunId> run = co_await run_of(id);
    if (!run)
        co_return run.error();
    change.task = *task_id(id);
    change.run = *run;
    const Result<bool> answer = co_await store().update_task(std::move(change));
    co_return done(answer);
}

Async<Result<void>> Tasks::count(std::string id, std::int64_t success, std::int64_t failures)
{
    const std::optional<TaskId> task = task_id(id);
    if (!task)
        co_return no_such_task(id);
    AddCounts counts;
    counts.task = *task;
    counts.success = success;
    counts.failures = failures;
    const Result<bool> answer = co_await store().add_counts(std::move(counts));
    if (!answer && answer.error().code == Errc::not_found)
        co_return no_such_task(id);
    co_return done(answer);
}

Async<Result<void>> Tasks::cancel(std::string id, std::string actor)
{
    Result<Target> target = co_await target_of(std::move(id), std::move(actor));
    const Result<Affected> answer = co_await apply(store(), std::move(target), &Store::cancel);
    co_return done(answer);
}

Async<Result<void>> Tasks::pause(std::string id, std::string actor)
{
    Result<Target> target = co_await target_of(std::move(id), std::move(actor));
    const Result<Affected> answer = co_await apply(store(), std::move(target), &Store::pause);
    co_return done(answer);
}

Async<Result<void>> Tasks::resume(std::string id, std::string actor)
{
    Result<Target> target = co_await target_of(std::move(id), std::move(actor));
    const Result<Affected> answer = co_await apply(store(), std::move(target), &Store::resume);
    co_return done(answer);
}

Async<Result<void>> Tasks::retry(std::string id, std::string actor)
{
    Result<Target> target = co_await target_of(std::move(id), std::move(actor));
    const Result<Affected> answer = co_await apply(store(), std::move(target), &Store::retry_tasks);
    co_return done(answer);
}

Async<Result<void>> Tasks::set_hidden(std::string id, std::string actor, bool hidden)
{
    const Result<RunId> run = co_await run_of(id);
    if (!run)
        co_return run.error();
    HideTask request;
    request.task = *task_id(id);
    request.run = *run;
    request.hidden = hidden;
    request.actor = std::move(actor);
    co_return done(co_await store().hide_task(std::move(request)));
}

Async<Result<void>> Tasks::hide(std::string id, std::string actor)
{
    return set_hidden(std::move(id), std::move(actor), true);
}

Async<Result<void>> Tasks::restore(std::string id, std::string actor)
{
    return set_hidden(std::move(id), std::move(actor), false);
}

Async<Result<TaskHistory>> Tasks::history(std::string id, HistoryFor purpose)
{
    const std::optional<TaskId> task = task_id(id);
    if (!task)
        co_return no_such_task(id);
    auto look = [task = *task, purpose](Reads& reads) {
        return task_history(reads, task, purpose);
    };
    Result<std::optional<TaskHistory>> history = co_await store().read(std::move(look));
    if (!history)
        co_return history.error();
    if (!*history)
        co_return no_such_task(id);
    co_return std::move(**history);
}

} // namespace sluice
