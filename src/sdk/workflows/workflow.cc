// SPDX-License-Identifier: Apache-2.0
#include "sluice/workflow.h"

#include "model/workflow/workflow_check.h"
#include "model/workflow/workflow_draw.h"
#include "model/workflow/workflow_edit.h"
#include "model/workflow/workflow_graph.h"
#include "model/workflow/workflow_version.h"
#include "sdk/workflows/errors.h"
#include "sdk/workflows/inside.h"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

namespace sluice::workflows {

struct Workflow::Definition {
    RegisteredWorkflow registration;
    std::string workflow_namespace;
    WorkflowGraph graph;

    const WorkflowDefinition& definition() const { return registration->definition; }

    TaskPlace place(std::string_view id) const
    {
        return static_cast<TaskPlace>(value_or_throw(find_task(definition(), id)));
    }
};

namespace {

constexpr std::size_t tasks_max = 100'000;
constexpr std::size_t dependencies_max = 1'000'000;

// Names are looked at by definition_problems().
bool is_of_name(std::string_view path)
{
    return path == "tenant" || path == "package" || path == "workflow" || path.ends_with("].id") ||
           path.find("].dependencies") != std::string_view::npos;
}

// What the database could not give back: bounds of numbers, texts with bytes that none may have.
void add_document_problems(const WorkflowDefinition& definition, std::vector<std::string>& problems)
{
    const sluice::Json document = definition_json(definition);
    const Checked<WorkflowDefinition> read = read_definition(document);
    if (read)
        return;
    for (const Problem& problem : read.error())
        if (!is_of_name(problem.path))
            problems.push_back(told_of_task(document, problem));
}

// Workflows that are too large are not looked at further.
std::vector<std::string>
problems_of(const WorkflowDefinition& definition, std::vector<std::string> problems)
{
    std::size_t dependencies = 0;
    for (const WorkflowTask& task : definition.tasks)
        dependencies += task.dependencies.size();
    if (definition.tasks.size() > tasks_max)
        problems.push_back(
            fmt::format("it has {} tasks; {} are allowed", definition.tasks.size(), tasks_max)
        );
    if (dependencies > dependencies_max)
        problems.push_back(
            fmt::format("it has {} dependencies; {} are allowed", dependencies, dependencies_max)
        );
    if (!problems.empty() &&
        (definition.tasks.size() > tasks_max || dependencies > dependencies_max))
        return problems;

    std::vector<std::string> all = definition_problems(definition);
    add_document_problems(definition, all);
    all.insert(all.end(), problems.begin(), problems.end());
    return all;
}

DrawFormat draw_format(Workflow::Format format)
{
    switch (format) {
    case Workflow::Format::json:
        break;
    case Workflow::Format::dot:
        return DrawFormat::dot;
    case Workflow::Format::mermaid:
        return DrawFormat::mermaid;
    case Workflow::Format::ascii:
        return DrawFormat::ascii;
    }
    return DrawFormat::json;
}

// A workflow with part of the tasks of another one, and their bodies.
Workflow with_bodies_of(const WorkflowRegistration& whole, WorkflowDefinition part)
{
    std::unordered_map<std::string_view, std::shared_ptr<TaskBody>> bodies;
    for (std::size_t i = 0; i < whole.bodies.size(); ++i)
        bodies.emplace(whole.definition.tasks[i].id, whole.bodies[i]);
    std::vector<std::shared_ptr<TaskBody>> kept;
    for (const WorkflowTask& task : part.tasks)
        kept.push_back(bodies.at(task.id));
    return Inside::workflow(std::move(part), std::move(kept), {});
}

} // namespace

Workflow::Workflow(std::shared_ptr<const Definition> definition) noexcept
    : definition_(std::move(definition))
{}

const std::string& Workflow::name() const noexcept
{
    return definition_->definition().name.workflow;
}

const std::string& Workflow::description() const noexcept
{
    return definition_->definition().description;
}

const std::map<std::string, std::string>& Workflow::tags() const noexcept
{
    return definition_->definition().tags;
}

const std::string& Workflow::tenant() const noexcept
{
    return definition_->definition().name.tenant;
}

const std::string& Workflow::package() const noexcept
{
    return definition_->definition().name.package;
}

const std::string& Workflow::workflow_namespace() const noexcept
{
    return definition_->workflow_namespace;
}

const std::string& Workflow::version() const noexcept
{
    return definition_->registration->version;
}

std::vector<std::string> Workflow::task_ids() const
{
    std::vector<std::string> ids;
    for (const WorkflowTask& task : definition_->definition().tasks)
        ids.push_back(task.id);
    return ids;
}

std::vector<std::string> Workflow::topological_sort() const
{
    const WorkflowGraph& graph = definition_->graph;
    return graph.ids(graph.topological_sort());
}

std::vector<std::vector<std::string>> Workflow::execution_levels() const
{
    const WorkflowGraph& graph = definition_->graph;
    const std::vector<TaskPlaces> places = graph.execution_levels();
    std::vector<std::vector<std::string>> levels;
    for (const TaskPlaces& level : places)
        levels.push_back(graph.ids(level));
    return levels;
}

std::vector<std::string> Workflow::roots() const
{
    const WorkflowGraph& graph = definition_->graph;
    return graph.ids(graph.roots());
}

std::vector<std::string> Workflow::leaves() const
{
    const WorkflowGraph& graph = definition_->graph;
    return graph.ids(graph.leaves());
}

std::vector<std::string> Workflow::dependencies(std::string_view id) const
{
    const WorkflowGraph& graph = definition_->graph;
    return graph.ids(graph.dependencies(definition_->place(id)));
}

std::vector<std::string> Workflow::dependents(std::string_view id) const
{
    const WorkflowGraph& graph = definition_->graph;
    return graph.ids(graph.dependents(definition_->place(id)));
}

bool Workflow::can_run_parallel(std::string_view a, std::string_view b) const
{
    return definition_->graph.can_run_parallel(definition_->place(a), definition_->place(b));
}

Workflow Workflow::subgraph(const std::vector<std::string>& ids) const
{
    return with_bodies_of(
        *definition_->registration, value_or_throw(sluice::subgraph(definition_->definition(), ids))
    );
}

Workflow Workflow::remove_task(std::string_view id) const
{
    return with_bodies_of(
        *definition_->registration, value_or_throw(without_task(definition_->definition(), id))
    );
}

Workflow Workflow::remove_dependency(std::string_view id, std::string_view dependency) const
{
    const Dependency gone{.task = id, .on = dependency};
    return with_bodies_of(
        *definition_->registration,
        value_or_throw(without_dependency(definition_->definition(), gone))
    );
}

std::string Workflow::draw(Format format) const
{
    return sluice::draw(definition_->definition(), draw_format(format));
}

Workflow Inside::workflow(
    WorkflowDefinition definition, std::vector<std::shared_ptr<TaskBody>> bodies,
    std::vector<std::string> problems
)
{
    problems = problems_of(definition, std::move(problems));
    if (!problems.empty())
        throw DefinitionError(
            fmt::format("workflow '{}' cannot be built", definition.name.workflow),
            std::move(problems)
        );
    WorkflowGraph graph(definition);
    std::string workflow_namespace = definition.name.text();
    WorkflowRegistration registration;
    registration.version = workflow_version(definition);
    registration.definition = std::move(definition);
    registration.bodies = std::move(bodies);
    return Workflow(std::make_shared<const Workflow::Definition>(Workflow::Definition{
        std::make_shared<const WorkflowRegistration>(std::move(registration)),
        std::move(workflow_namespace),
        std::move(graph),
    }));
}

const RegisteredWorkflow& Inside::registration(const Workflow& workflow)
{
    return workflow.definition_->registration;
}

} // namespace sluice::workflows
