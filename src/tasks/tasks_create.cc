// SPDX-License-Identifier: Apache-2.0
// New batches: checking what was sent, storing it, and showing it as it stands.
#include "engine/engine.h"
#include "engine/submit.h"
#include "model/task/task_references.h"
#include "store/store.h"
#include "tasks/batch_plan.h"
#include "tasks/service_metrics.h"
#include "tasks/target_names.h"
#include "tasks/tasks.h"

#include <unordered_map>

namespace sluice {

namespace {

void append(std::vector<Problem>& all, std::vector<Problem> more)
{
    std::ranges::move(more, std::back_inserter(all));
}

// The tasks that have a parent in their own batch.
std::unordered_set<TaskId> children_of(const Submit& plan, const Submitted& submitted)
{
    std::unordered_map<std::size_t, TaskId> ids; // of what was created, by its place in the plan
    for (std::size_t i = 0; i < submitted.tasks.size(); ++i)
        ids.emplace(submitted.created ? (*submitted.created)[i] : i, submitted.tasks[i]);
    std::unordered_set<TaskId> children;
    for (const GraphLink& link : plan.links)
        if (ids.contains(link.parent) && ids.contains(link.child))
            children.insert(ids.at(link.child));
    return children;
}

} // namespace

// Whatever is wrong with the request is found before any of it is told.
Async<Judged<Submit>> Tasks::plan(NewBatch& request)
{
    ActionRules rules;
    rules.check_url = [this](std::string_view url) { return guard_.refuse_url(url); };
    Result<Definitions::Resolved> stored = co_await definitions_.resolve(request.body);
    if (!stored)
        co_return Refusal(stored.error());
    TaskReading reading = read_what_is_good(request.body, rules);
    const std::vector<TaskRequest>& tasks = reading.tasks;
    std::vector<Problem>& problems = stored->problems;
    append(problems, std::move(reading.problems));
    append(problems, check_stored_rules(tasks, stored->rules));
    std::vector<Problem> refused_names = co_await names_.check(tasks);
    append(problems, std::move(refused_names));
    append(problems, check_batch_size(tasks));
    Result<Outside> outside = co_await find_outside(tasks);
    if (!outside)
        co_return Refusal(outside.error());
    append(problems, std::move(outside->problems));
    if (!problems.empty())
        co_return Refusal(std::move(problems));
    Checked<Submit> plan = plan_batch(tasks, request.requester, engine_.clock().now());
    if (!plan)
        co_return Refusal(std::move(plan.error()));
    plan->outside = std::move(outside->links);
    plan->run.actor = request.requester;
    plan->run.request_key = std::move(request.request_key);
    plan->run.body_hash = std::move(request.body_hash);
    co_return std::move(*plan);
}

Async<Judged<Tasks::Created>> Tasks::create(NewBatch request)
{
    // What the body refers to may have gone since the first time.
    const Result<std::optional<Submitted>> before =
        co_await submitted_before(store(), request.request_key, request.body_hash);
    if (!before)
        co_return Refusal(before.error());
    if (*before) {
        Judged<Created> first = co_await created_again(**before);
        co_return first;
    }
    const Judged<Submit> plan = co_await this->plan(request);
    if (!plan)
        co_return plan.error();
    if (plan->tasks.empty() && plan->run.request_key.empty())
        co_return Created();   // no batch either
    Submit submission = *plan; // the plan is what is shown
    const Result<Submitted> submitted = co_await submit(store(), std::move(submission));
    if (!submitted)
        co_return Refusal(submitted.error());
    // What waits for tasks of other batches may have ended with its submission.
    const bool is_settled = !plan->outside.empty() || (submitted->created && !plan->links.empty());
    if (submitted->repeated) {
        Judged<Created> first = co_await created_again(*submitted);
        co_return first;
    }
    if (submitted->run && is_settled) {
        std::unordered_set<TaskId> children = children_of(*plan, *submitted);
        Judged<Created> settled = co_await created_before(*submitted, std::move(children));
        co_return settled;
    }
    co_return created(*plan, *submitted);
}

Tasks::Created Tasks::created(const Submit& plan, const Submitted& submitted)
{
    Created made;
    if (!submitted.run)
        return made; // everything existed already
    made.batch_id = uuid(UidKind::run, submitted.created_at, submitted.run.value);
    made.tasks = new_views(plan, submitted);
    if (Result<Json> spec = parse_json(plan.run.spec))
        facts_.learn(submitted.run, submitted.created_at, *std::move(spec));
    for (const TaskId task : submitted.tasks)
        facts_.learn(task, submitted.run);
    return made;
}

Async<Result<std::unordered_set<TaskId>>> Tasks::children_within(RunId run)
{
    constexpr std::size_t page = 500;
    std::unordered_set<TaskId> children;
    for (TaskId after;;) {
        auto look = [run, after](Reads& reads) {
            return reads.service().run_links(run, after, page);
        };
        const Result<std::vector<LinkRow>> links = co_await store().read(std::move(look));
        if (!links)
            co_return links.error();
        if (links->empty())
            co_return children;
        after = links->back().parent;
        for (const LinkRow& link : *links)
            children.insert(link.child);
    }
}

// The tasks of a batch that exists: as they stand now, but for where they were born. What waited
// for tasks of other batches alone, which have ended since, has left no trace of it.
Async<Judged<Tasks::Created>> Tasks::created_again(Submitted first)
{
    Result<std::unordered_set<TaskId>> children = co_await children_within(first.run);
    if (!children)
        co_return Refusal(children.error());
    co_return co_await created_before(std::move(first), std::move(*children));
}

Async<Judged<Tasks::Created>>
Tasks::created_before(Submitted first, std::unordered_set<TaskId> children)
{
    constexpr std::size_t page = 500;
    Created made;
    made.batch_id = uuid(UidKind::run, first.created_at, first.run.value);
    for (TaskId after;;) {
        auto look = [run = first.run, after](Reads& reads) {
            return reads.service().run_tasks(run, after, page);
        };
        Result<std::vector<TaskView>> tasks = co_await store().read(std::move(look));
        if (!tasks)
            co_return Refusal(tasks.error());
        if (tasks->empty())
            break;
        after = tasks->back().task.row.id;
        std::ranges::move(*tasks, std::back_inserter(made.tasks));
    }
    const Result<std::shared_ptr<const BatchFact>> fact = co_await facts_.of(first.run);
    if (!fact)
        co_return Refusal(fact.error());
    for (TaskView& view : made.tasks)
        if (view.task.need || children.contains(view.card.task))
            view.task.state = TaskState::waiting;
    if (!made.tasks.empty())
        made.tasks.front().spec = dump_json((*fact)->spec);
    co_return made;
}

} // namespace sluice
