// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/cpp_body.h"
#include "sdk/workflows/durations.h"
#include "sdk/workflows/inside.h"
#include "sdk/workflows/retry_policy.h"
#include "sluice/workflow.h"

#include <fmt/format.h>

#include <utility>

namespace sluice::workflows {

// Bodies do not change any more, so copies of a builder share them.
struct WorkflowBuilder::Parts {
    WorkflowDefinition definition = {};
    std::vector<std::shared_ptr<TaskBody>> bodies = {};
    std::vector<std::string> problems = {}; // of what the definition cannot hold
};

WorkflowBuilder::WorkflowBuilder(std::string name) : parts_(std::make_unique<Parts>())
{
    parts_->definition.name.workflow = std::move(name);
}

WorkflowBuilder::WorkflowBuilder(const WorkflowBuilder& other)
    : parts_(std::make_unique<Parts>(*other.parts_))
{}

WorkflowBuilder::WorkflowBuilder(WorkflowBuilder&&) noexcept = default;
WorkflowBuilder::~WorkflowBuilder() = default;

WorkflowBuilder& WorkflowBuilder::operator=(WorkflowBuilder other) noexcept
{
    parts_ = std::move(other.parts_);
    return *this;
}

WorkflowBuilder& WorkflowBuilder::tenant(std::string name)
{
    parts_->definition.name.tenant = std::move(name);
    return *this;
}

WorkflowBuilder& WorkflowBuilder::package(std::string name)
{
    parts_->definition.name.package = std::move(name);
    return *this;
}

WorkflowBuilder& WorkflowBuilder::description(std::string text)
{
    parts_->definition.description = std::move(text);
    return *this;
}

WorkflowBuilder& WorkflowBuilder::tag(std::string key, std::string value)
{
    parts_->definition.tags.insert_or_assign(std::move(key), std::move(value));
    return *this;
}

WorkflowBuilder& WorkflowBuilder::task(std::string id, Body body, TaskOptions options)
{
    WorkflowTask& task = parts_->definition.tasks.emplace_back();
    task.id = std::move(id);
    task.dependencies = std::move(options.dependencies);
    task.fingerprint = std::move(options.version);
    task.retry = policy_of(options.retry);
    if (options.rule)
        task.rule = Inside::rule(*options.rule);
    if (options.timeout)
        task.timeout = micros_of(*options.timeout);

    if (options.retry.backoff.kind() == Backoff::Kind::custom && !options.retry.backoff.function())
        parts_->problems.push_back(
            fmt::format("task '{}': retry.backoff: a custom one needs a function", task.id)
        );
    parts_->bodies.push_back(std::make_shared<CppBody>(CppTask{
        .body = std::move(body),
        .retry = std::move(options.retry),
        .checkpoint = std::move(options.checkpoint),
        .on_success = std::move(options.on_success),
        .on_failure = std::move(options.on_failure),
    }));
    return *this;
}

Workflow WorkflowBuilder::build() const
{
    return Inside::workflow(parts_->definition, parts_->bodies, parts_->problems);
}

} // namespace sluice::workflows
