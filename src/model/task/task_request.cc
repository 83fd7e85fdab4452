// SPDX-License-Identifier: Apache-2.0
#include "model/task/task_request.h"

#include "base/text.h"
#include "model/task/task_request_fields.h"

#include <fmt/format.h>

#include <unordered_map>

namespace sluice {

namespace {

// At most so many of a list.
template <class T>
void check_size(
    const Value& task, std::string_view key, const std::vector<T>& list, std::size_t max
)
{
    if (list.size() > max)
        task.problems.add(
            Path(task.path, key),
            fmt::format("has {} items, at most {} are accepted", list.size(), max)
        );
}

void check_sizes(const Value& value, const TaskRequest& task)
{
    using Limits = TaskLimits;
    check_size(value, "rules", task.rules, Limits::rules_max);
    check_size(value, "dedupe_strategy", task.dedupe, Limits::matchers_max);
    check_size(value, "dependencies", task.dependencies, Limits::dependencies_max);
    check_size(value, "on_success", task.on_success, Limits::actions_max);
    check_size(value, "on_failure", task.on_failure, Limits::actions_max);
    check_size(value, "on_cancel", task.on_cancel, Limits::actions_max);
}

bool is_good(const Json& rule)
{
    TaskRule read;
    Problems problems;
    const Path root;
    TaskRuleKind{}.read(Value{rule, root, problems}, read);
    return problems.empty();
}

// What rules ask of their task. One that is wrong itself asks nothing.
void check_rules(const Value& value, const TaskRequest& task, bool are_all_good)
{
    const Path rules(value.path, "rules");
    bool needs_count = false;
    for (std::size_t i = 0; i < task.rules.size(); ++i) {
        if (!are_all_good && !is_good(value.json.at("rules").at(i)))
            continue;
        const Path rule(rules, i);
        const Path matcher(rule, "matcher");
        const auto missing = missing_field(task.rules[i].matcher, task.metadata);
        if (missing)
            value.problems.add(
                Path(matcher, "fields"),
                fmt::format("the task's metadata has no member '{}'", printable(*missing))
            );
        needs_count |= task.rules[i].type == TaskRule::Type::capacity;
    }
    if (needs_count && !task.expected_count)
        value.problems.add(Path(value.path, "expected_count"), "is required by a Capacity rule");
}

void read_task(const Value& value, const ActionRules& shared, TaskRequest& task)
{
    ActionRules rules = shared;
    rules.metadata = &task.metadata;
    const std::size_t before = value.problems.count();
    ObjectReader reader(value);
    describe(reader, TaskRequestForm{task, rules});
    task.document = &value.json;
    if (task.scheduled_at && task.delay)
        value.problems.add(Path(value.path, "delay"), "cannot be given beside scheduled_at");
    check_sizes(value, task);
    check_rules(value, task, value.problems.count() == before);
}

using Places = std::unordered_map<std::string_view, std::size_t>; // of tasks by their ids

std::optional<std::string>
problem_of(const TaskDependency& dependency, std::size_t child, const Places& places)
{
    const auto found = places.find(dependency.local);
    if (found == places.end())
        return fmt::format("there is no task '{}' in this request", printable(dependency.local));
    if (found->second == child)
        return "a task cannot depend on itself";
    if (found->second > child)
        return fmt::format(
            "task '{}' must stand before the tasks that depend on it", printable(dependency.local)
        );
    return std::nullopt;
}

void check_dependencies(
    const Path& path, const std::vector<TaskRequest>& tasks, const Places& places,
    Problems& problems
)
{
    for (std::size_t child = 0; child < tasks.size(); ++child) {
        const Path task(path, child);
        const Path list(task, "dependencies");
        std::unordered_map<std::string_view, std::size_t> seen;
        for (std::size_t i = 0; i < tasks[child].dependencies.size(); ++i) {
            const TaskDependency& dependency = tasks[child].dependencies[i];
            const Path place(list, i);
            const bool is_local = dependency.task.empty();
            const Path member(place, is_local ? "id" : "task_id");
            const std::string& name = is_local ? dependency.local : dependency.task;
            if (name.empty())
                continue; // it could not be read
            if (!seen.emplace(name, i).second)
                problems.add(member, fmt::format("'{}' is named twice", printable(name)));
            else if (is_local)
                if (const auto problem = problem_of(dependency, child, places))
                    problems.add(member, *problem);
        }
    }
}

Places check_ids(const Path& path, const std::vector<TaskRequest>& tasks, Problems& problems)
{
    Places places;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (tasks[i].id.empty() || places.emplace(tasks[i].id, i).second)
            continue;
        const Path task(path, i);
        problems.add(
            Path(task, "id"), fmt::format("'{}' is the id of two tasks", printable(tasks[i].id))
        );
    }
    return places;
}

} // namespace

TaskReading read_what_is_good(const Json& body, const ActionRules& rules)
{
    TaskReading reading;
    Problems problems;
    const Path root;
    if (!body.is_array()) {
        Value{body, root, problems}.refuse_type("a list of tasks");
        reading.problems = problems.take();
        return reading;
    }
    const Path path(root, "tasks");
    std::vector<TaskRequest>& tasks = reading.tasks;
    tasks.resize(body.size());
    for (std::size_t i = 0; i < body.size(); ++i) {
        const Path task(path, i);
        read_task(Value{body[i], task, problems}, rules, tasks[i]);
    }
    const Places places = check_ids(path, tasks, problems);
    check_dependencies(path, tasks, places, problems);
    reading.problems = problems.take();
    return reading;
}

Checked<std::vector<TaskRequest>> read_task_requests(const Json& body, const ActionRules& rules)
{
    TaskReading reading = read_what_is_good(body, rules);
    if (!reading.problems.empty())
        return std::move(reading.problems);
    return std::move(reading.tasks);
}

Json task_request_schema()
{
    SchemaWriter writer;
    TaskRequest none;
    const ActionRules rules;
    describe(writer, TaskRequestForm{none, rules});
    Json schema = writer.finish();
    schema.erase("additionalProperties");
    return schema;
}

} // namespace sluice
