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

namespace sluice {

Async<Judged<Tasks::Created>> Tasks::create(NewBatch request)
{
    ActionRules rules;
    rules.check_url = [this](std::string_view url) { return guard_.refuse_url(url); };
    Result<Definitions::Resolved> stored = co_await definitions_.resolve(request.body);
    if (!stored)
        co_return Refusal(stored.error());
    Checked<std::vector<TaskRequest>> tasks = read_task_requests(request.body, rules);
    if (!tasks)
        std::ranges::move(tasks.error(), std::back_inserter(stored->problems));
    else
        std::ranges::move(
            check_stored_rules(*tasks, stored->rules), std::back_inserter(stored->problems)
        );
    if (!stored->problems.empty())
        co_return Refusal(std::move(stored->problems));
    std::vector<Problem> problems = co_await names_.check(*tasks);
    if (!problems.empty())
        co_return Refusal(std::move(problems));
    Checked<Submit> plan = plan_batch(*tasks, request.requester, engine_.clock().now());
    if (!plan)
        co_return Refusal(std::move(plan.error()));
    const Judged<void> linked = co_await add_outside_links(*tasks, *plan);
    if (!linked)
        co_return linked.error();
    plan->run.actor = request.requester;
    plan->run.request_key = std::move(request.request_key);
    plan->run.body_hash = std::move(request.body_hash);
    Submit submission = *plan; // the plan is what is shown
    const Result<Submitted> submitted = co_await submit(store(), std::move(submission));
    if (!submitted) {
        if (is_retryable(submitted.error().code))
            metrics_.tasks.not_saved();
        co_return Refusal(submitted.error());
    }
    // What waits for tasks of other batches may have ended with its submission.
    const bool is_settled = !plan->outside.empty() || (submitted->created && !plan->links.empty());
    if (submitted->repeated || (submitted->run && is_settled)) {
        Judged<Created> first = co_await created_before(*submitted);
        co_return first;
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

// The tasks of a batch that exists, as they stand now.
Async<Judged<Tasks::Created>> Tasks::created_before(Submitted first)
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
    if (!made.tasks.empty())
        made.tasks.front().spec = dump_json((*fact)->spec);
    co_return made;
}

} // namespace sluice
