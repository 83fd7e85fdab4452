// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/new_run.h"

#include "base/assert.h"
#include "store/repeat.h"
#include "store/use_cases/task_gates.h"
#include "store/use_cases/user_actions.h"

#include <fmt/format.h>

namespace sluice {

Place place_of(const Standing& standing, const NewTask& task)
{
    Place place;
    place.task = standing.task;
    place.run = standing.run;
    place.queue = standing.queue;
    place.nprio = -task.priority;
    place.run_at = task.run_at;
    return place;
}

NeedRow need_of(const Standing& standing, const NewTask& task, std::uint32_t parents)
{
    NeedRow need;
    need.task = standing.task;
    need.run = standing.run;
    need.queue = standing.queue;
    need.nprio = -task.priority;
    need.unfinished = static_cast<int>(parents);
    need.run_at = task.run_at;
    return need;
}

TaskId PlacedTasks::at(std::uint32_t place) const
{
    SLUICE_ASSERT(place < before.size() + tasks.size());
    return place < before.size() ? before[place] : tasks[place - before.size()];
}

namespace {

std::string parents_of(const NewParents& parents, const PlacedTasks& all)
{
    if (parents.empty())
        return {};
    TaskParents ids;
    for (const std::uint32_t place : parents.dependencies)
        ids.dependencies.push_back(all.at(place));
    for (const std::uint32_t place : parents.named)
        ids.named.push_back(all.at(place));
    return format_parents(ids);
}

} // namespace

TaskRow
task_row(const Standing& standing, const NewTask& task, const PlacedTasks& all, RetryTexts& retries)
{
    TaskRow row;
    row.id = standing.task;
    row.run = standing.run;
    row.queue = standing.queue;
    row.nprio = -task.priority;
    row.timeout = task.timeout;
    row.retry = retries.of(task.retry);
    row.name = task.name;
    row.payload = task.payload;
    row.parents = parents_of(task.parents, all);
    return row;
}

std::optional<ExecutionRow> execution_of(RunId run, const NewRun& request)
{
    if (!request.execution)
        return std::nullopt;
    ExecutionRow row{run, request.execution->workflow, request.execution->context};
    if (row.context == "{}")
        row.context.clear();
    return row;
}

void add_card(
    const Standing& standing, const NewTask& task, std::optional<std::string> gates,
    std::vector<CardRow>& cards
)
{
    if (!task.card)
        return;
    CardRow& card = cards.emplace_back(*task.card);
    card.task = standing.task;
    card.run = standing.run;
    card.gates = std::move(gates);
}

std::optional<std::string> gates_of(WriteContext& context, const NewTask& task)
{
    return task.card ? gates_of(context, *task.card) : std::nullopt;
}

EventRow submit_event(const WriteContext& context, const RunRow& run, const std::string& actor)
{
    EventRow event;
    event.at = context.now;
    event.run = run.id;
    event.kind = "submit";
    event.actor = actor;
    event.detail = fmt::format("{} task{}", run.counts.total, run.counts.total == 1 ? "" : "s");
    event.object = object_of(run);
    return event;
}

std::optional<RunDetail> detail_of(RunId run, const NewRun& request)
{
    if (!request.name && request.spec.empty() && request.actor.empty() && !request.origin)
        return std::nullopt;
    return RunDetail{run, request.name, request.spec, request.actor, request.origin, {}};
}

std::optional<Result<Submitted>> NewNames::check(const NewRun& run, bool& is_early)
{
    // Looked at before the key: whoever sees the name of a repeated request then sees its key, too.
    const bool is_taken =
        run.name && (names_.contains(*run.name) || context_.tables.find_run_named(*run.name));
    if (!run.request_key.empty()) {
        if (const auto known = context_.tables.find_request(run.request_key)) {
            Reads::KeyedRequest first;
            first.body_hash = known->body_hash;
            first.run = known->run;
            first.created_at = known->created_at;
            first.is_published = context_.tables.is_published(known->run);
            return repeat_of(first, run.request_key, run.body_hash);
        }
        is_early = !keys_.insert(run.request_key).second;
        if (is_early)
            return std::nullopt;
    }
    if (is_taken)
        return Result<Submitted>(Error{
            Errc::conflict, fmt::format("name '{}' is taken by another run", *run.name)});
    if (run.name)
        names_.insert(*run.name);
    return std::nullopt;
}

} // namespace sluice
