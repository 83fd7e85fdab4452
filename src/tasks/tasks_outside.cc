// SPDX-License-Identifier: Apache-2.0
// Dependencies on tasks that exist already: the links of a new batch to those of others.
#include "engine/submit.h"
#include "model/validation.h"
#include "tasks/tasks.h"

#include <fmt/format.h>

#include <set>

namespace sluice {

namespace {

// Where a dependency on an existing task stands in the request.
struct Named {
    std::uint32_t child = 0;
    std::size_t index = 0;
    const TaskDependency* dependency = nullptr;
};

std::vector<Named> named_tasks(const std::vector<TaskRequest>& tasks)
{
    std::vector<Named> named;
    for (std::uint32_t child = 0; child < tasks.size(); ++child)
        for (std::size_t i = 0; i < tasks[child].dependencies.size(); ++i)
            if (!tasks[child].dependencies[i].task.empty())
                named.push_back({child, i, &tasks[child].dependencies[i]});
    return named;
}

void add_problem(Problems& problems, const Named& named, std::string text)
{
    const Path root;
    const Path list(root, "tasks");
    const Path task(list, named.child);
    const Path dependencies(task, "dependencies");
    const Path dependency(dependencies, named.index);
    problems.add(Path(dependency, "task_id"), std::move(text));
}

} // namespace

Async<Result<Tasks::Outside>> Tasks::find_outside(const std::vector<TaskRequest>& tasks)
{
    Outside outside;
    Problems problems;
    std::set<std::pair<std::uint32_t, TaskId>> known;
    const std::vector<Named> all = named_tasks(tasks);
    if (!all.empty() && tasks.size() > staging_threshold) {
        add_problem(
            problems, all.front(),
            fmt::format(
                "the request has {} tasks: with dependencies on existing tasks, at most {} are "
                "accepted at once",
                tasks.size(), staging_threshold
            )
        );
        outside.problems = problems.take();
        co_return outside;
    }
    for (const Named& named : all) {
        const TaskDependency& dependency = *named.dependency;
        const Result<RunId> run = co_await run_of(dependency.task);
        if (!run && run.error().code != Errc::not_found)
            co_return run.error();
        if (!run) {
            add_problem(problems, named, "there is no such task");
            continue;
        }
        const TaskId parent = *task_id(dependency.task);
        if (!known.emplace(named.child, parent).second)
            add_problem(problems, named, "names a task that an earlier dependency names, too");
        outside.links.push_back(
            {parent, *run, named.child, dependency.condition, dependency.unmet()}
        );
    }
    outside.problems = problems.take();
    co_return outside;
}

} // namespace sluice
