// SPDX-License-Identifier: Apache-2.0
#include "workflows/run_report.h"

#include "model/workflow/context_check.h"
#include "model/workflow/final_context.h"
#include "model/workflow/merge.h"

#include <fmt/format.h>

namespace sluice {

namespace {

// Of a task that has no end yet, whatever it is: it has no output.
TaskState end_of(const TaskReport& task)
{
    return task.end ? task.end->outcome : TaskState::failed;
}

std::string shown(const std::string& stored)
{
    return stored.empty() ? "{}" : stored;
}

} // namespace

Result<std::string> final_context_of(const RunReport& report)
{
    std::vector<TaskState> ends;
    for (const TaskReport& task : report.tasks)
        ends.push_back(end_of(task));
    const TaskPlaces outputs = final_outputs(report.parents, ends);
    if (outputs.empty())
        return shown(report.initial_context);
    if (outputs.size() == 1)
        return shown(report.tasks[outputs.front()].end->result);

    std::vector<Json> contexts;
    for (const TaskPlace place : outputs) {
        const TaskReport& task = report.tasks[place];
        Result<Json> context = stored_context(task.end->result);
        if (!context)
            return with_context(fmt::format("the output of task '{}'", task.id), context.error());
        contexts.push_back(std::move(*context));
    }
    return dump_json(merge_contexts(std::move(contexts)));
}

TaskPlaces topological_order_of(const RunReport& report)
{
    return topological_order(report.parents);
}

} // namespace sluice
