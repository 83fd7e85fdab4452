// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_check.h"

#include "base/text.h"
#include "model/workflow/task_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace sluice {

namespace {

constexpr int cycles_shown_max = 10;
constexpr std::size_t problems_shown_max = 100; // the rest is only counted

class DefinitionCheck {
public:
    explicit DefinitionCheck(const WorkflowDefinition& definition)
        : definition_(definition), parents_(definition.tasks.size())
    {
        for (TaskPlace place = 0; place < definition.tasks.size(); ++place) {
            ids_.push_back(definition.tasks[place].id);
            places_.emplace(ids_.back(), place); // of two with one id the first counts
        }
    }

    std::vector<std::string> run()
    {
        check_names();
        for (TaskPlace place = 0; place < ids_.size(); ++place)
            check_task(place);
        for (TaskPlace place = 0; place < ids_.size(); ++place)
            check_rule(place);
        check_cycles();
        if (left_out_ > 0)
            problems_.push_back(fmt::format("and {} more problems", left_out_));
        return std::move(problems_);
    }

private:
    void add(std::string problem)
    {
        if (problems_.size() == problems_shown_max)
            ++left_out_;
        else
            problems_.push_back(std::move(problem));
    }

    template <class... Args>
    void add(fmt::format_string<Args...> format, Args&&... args)
    {
        add(fmt::format(format, std::forward<Args>(args)...));
    }

    // Not sought for what is not shown: with thousands of tasks that takes long.
    std::string near(std::string_view word) const
    {
        return problems_.size() < problems_shown_max ? near_name(word, ids_) : "";
    }

    void check_name(std::string_view what, std::string_view name)
    {
        if (std::optional<std::string> problem = name_problem(what, name))
            add(std::move(*problem));
    }

    void check_names()
    {
        check_name("tenant", definition_.name.tenant);
        check_name("package", definition_.name.package);
        check_name("name of the workflow", definition_.name.workflow);
        if (ids_.empty())
            add("workflow '{}' has no tasks", definition_.name.workflow);
    }

    void check_task(TaskPlace place)
    {
        const std::string& id = ids_[place];
        check_name("task id", id);
        if (places_.at(id) != place && told_twice_.insert(id).second)
            add("task '{}' is described twice", id);
        for (const std::string& dependency : definition_.tasks[place].dependencies)
            check_dependency(place, dependency);
    }

    void check_dependency(TaskPlace place, const std::string& dependency)
    {
        const auto found = places_.find(dependency);
        if (found == places_.end())
            return add(
                "task '{}' depends on '{}', which does not exist{}", ids_[place], dependency,
                near(dependency)
            );
        TaskPlaces& parents = parents_[place];
        if (std::find(parents.begin(), parents.end(), found->second) != parents.end())
            return add("task '{}' depends on '{}' twice", ids_[place], dependency);
        parents.push_back(found->second);
    }

    void check_rule(TaskPlace place)
    {
        const std::optional<TriggerRule>& rule = definition_.tasks[place].rule;
        if (!rule)
            return;
        const std::string& id = ids_[place];
        if (depth_of(*rule) > rule_depth_max)
            add("the rule of '{}' is nested deeper than {} levels", id, rule_depth_max);
        const TaskPlaces ancestors = with_ancestors(parents_, parents_[place]);
        for (const std::string& named : named_tasks(*rule)) {
            const auto found = places_.find(named);
            if (found == places_.end())
                add("the rule of '{}' names '{}', which does not exist{}", id, named, near(named));
            else if (found->second == place ||
                     !std::binary_search(ancestors.begin(), ancestors.end(), found->second))
                add("the rule of '{}' names '{}', which '{}' does not depend on, directly or not",
                    id, named, id);
        }
    }

    // One cycle at a time: the tasks of each are taken out of the graph before the next is sought.
    void check_cycles()
    {
        ParentPlaces parents = parents_;
        for (int told = 0; told < cycles_shown_max; ++told) {
            const TaskPlaces cycle = find_cycle(parents);
            if (cycle.empty())
                return;
            std::string text = "cycle: ";
            for (const TaskPlace task : cycle)
                text += ids_[task] + " -> ";
            add(text + ids_[cycle.front()]);
            for (const TaskPlace task : cycle)
                parents[task].clear();
        }
    }

    // In the direction of the data, from the task that was declared first.
    static TaskPlaces find_cycle(const ParentPlaces& parents)
    {
        std::vector<bool> is_left(parents.size(), true);
        for (const TaskPlace task : topological_order(parents))
            is_left[task] = false;
        const auto first = std::find(is_left.begin(), is_left.end(), true);
        if (first == is_left.end())
            return {};

        // Every task that is left has a parent that is left: walking up meets a task again.
        TaskPlaces path;
        std::vector<bool> is_on_path(parents.size(), false);
        auto task = static_cast<TaskPlace>(first - is_left.begin());
        while (!is_on_path[task]) {
            is_on_path[task] = true;
            path.push_back(task);
            task = *std::find_if(parents[task].begin(), parents[task].end(), [&](TaskPlace parent) {
                return is_left[parent];
            });
        }
        path.erase(path.begin(), std::find(path.begin(), path.end(), task));
        std::reverse(path.begin(), path.end());
        std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
        return path;
    }

    const WorkflowDefinition& definition_;
    std::vector<std::string> ids_;
    std::map<std::string, TaskPlace> places_;
    ParentPlaces parents_; // what exists of the dependencies
    std::set<std::string> told_twice_;
    std::vector<std::string> problems_;
    std::size_t left_out_ = 0;
};

} // namespace

std::vector<std::string> definition_problems(const WorkflowDefinition& definition)
{
    return DefinitionCheck(definition).run();
}

std::string told_of_task(const Json& document, const Problem& problem)
{
    constexpr std::string_view before = "tasks[";
    const std::size_t end = problem.path.find("].");
    if (!problem.path.starts_with(before) || end == std::string::npos)
        return format_problem(problem);
    const std::size_t place = std::stoul(problem.path.substr(before.size(), end - before.size()));
    const Json& task = document.at("tasks").at(place);
    const auto id = task.find("id");
    if (id == task.end() || !id->is_string())
        return format_problem(problem);
    return fmt::format(
        "task '{}': {}", id->get<std::string>(),
        format_problem({problem.path.substr(end + 2), problem.message})
    );
}

std::string near_name(std::string_view word, const std::vector<std::string>& names)
{
    const std::vector<std::string> near = nearest(word, names, 1);
    // A name that shares nothing with the word ("a" for "x") is no help.
    if (near.empty() ||
        edit_distance(word, near.front()) >= std::max(word.size(), near.front().size()))
        return "";
    return fmt::format(" (did you mean '{}'?)", near.front());
}

Result<std::size_t> find_task(const WorkflowDefinition& definition, std::string_view id)
{
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < definition.tasks.size(); ++i) {
        if (definition.tasks[i].id == id)
            return i;
        ids.push_back(definition.tasks[i].id);
    }
    return Error{
        Errc::not_found,
        fmt::format(
            "workflow '{}' has no task '{}'{}", definition.name.workflow, id, near_name(id, ids)
        )};
}

} // namespace sluice
