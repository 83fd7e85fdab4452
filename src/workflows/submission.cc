// SPDX-License-Identifier: Apache-2.0
#include "workflows/submission.h"

#include "engine/submit.h"
#include "model/workflow/rule_json.h"
#include "model/workflow/task_order.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sluice {

namespace {

using Places = std::unordered_map<std::string_view, TaskPlace>; // of tasks by their ids

// What each task hears the ends of.
struct Heard {
    ParentPlaces dependencies;
    ParentPlaces named; // by its rule alone

    std::size_t links() const
    {
        std::size_t count = 0;
        for (std::size_t i = 0; i < dependencies.size(); ++i)
            count += dependencies[i].size() + named[i].size();
        return count;
    }
};

Heard heard_by(const WorkflowDefinition& definition)
{
    Places places;
    for (TaskPlace i = 0; i < definition.tasks.size(); ++i)
        places.emplace(definition.tasks[i].id, i);
    Heard heard;
    for (const WorkflowTask& task : definition.tasks) {
        TaskPlaces& dependencies = heard.dependencies.emplace_back();
        TaskPlaces& named = heard.named.emplace_back();
        for (const std::string& id : task.dependencies)
            dependencies.push_back(places.at(id));
        if (!task.rule)
            continue;
        for (const std::string& id : named_tasks(*task.rule))
            if (std::ranges::find(task.dependencies, id) == task.dependencies.end())
                named.push_back(places.at(id));
    }
    return heard;
}

bool is_large_with(std::size_t tasks, std::size_t links)
{
    return tasks + links > staging_threshold;
}

// The places of the definition in the order of the submission.
TaskPlaces order_of(const Heard& heard)
{
    if (is_large_with(heard.dependencies.size(), heard.links()))
        return topological_order(heard.dependencies);
    TaskPlaces as_declared(heard.dependencies.size());
    std::iota(as_declared.begin(), as_declared.end(), TaskPlace{0});
    return as_declared;
}

NewTask new_task(const WorkflowTask& task, Micros task_timeout)
{
    NewTask made;
    made.name = task.id;
    made.timeout = task.timeout.value_or(task_timeout);
    made.retry = task.retry;
    if (task.rule)
        made.payload = format_rule_payload({task.dependencies, *task.rule});
    return made;
}

} // namespace

SubmissionTemplate::SubmissionTemplate(const WorkflowDefinition& definition, Micros task_timeout)
    : queue_(workflow_queue(definition.name))
{
    const Heard heard = heard_by(definition);
    const TaskPlaces order = order_of(heard);
    TaskPlaces moved(order.size()); // from the definition to the submission
    for (TaskPlace place = 0; place < order.size(); ++place)
        moved[order[place]] = place;

    for (TaskPlace child = 0; child < order.size(); ++child) {
        const WorkflowTask& task = definition.tasks[order[child]];
        NewTask& made = tasks_.emplace_back(new_task(task, task_timeout));
        const LinkCondition condition =
            task.rule ? LinkCondition::always : LinkCondition::not_failed;
        for (const TaskPlace parent : heard.dependencies[order[child]]) {
            made.parents.dependencies.push_back(moved[parent]);
            links_.push_back({moved[parent], child, condition, Unmet::skip});
        }
        for (const TaskPlace parent : heard.named[order[child]]) {
            made.parents.named.push_back(moved[parent]);
            links_.push_back({moved[parent], child, condition, Unmet::skip});
        }
    }
}

bool SubmissionTemplate::is_large() const
{
    return is_large_with(tasks_.size(), links_.size());
}

Submit SubmissionTemplate::make(WorkflowId workflow, std::string context, Micros run_timeout) const
{
    Submit request;
    request.run.kind = RunKind::execution;
    request.run.queues = {queue_};
    request.run.timeout = run_timeout;
    request.run.execution = NewExecution{workflow, std::move(context)};
    request.tasks = tasks_;
    request.links = links_;
    return request;
}

} // namespace sluice
