// SPDX-License-Identifier: Apache-2.0
// Describes workflows: tasks, what they depend on, and what they do.
//
//     const Workflow orders =
//         WorkflowBuilder("orders")
//             .task("load", [](Context& context) { context.set("rows", 42); })
//             .task("sum", sum_up, {.dependencies = {"load"}})
//             .build();
#pragma once

#include "sluice/body.h"
#include "sluice/context.h"
#include "sluice/export.h"
#include "sluice/retry.h"
#include "sluice/trigger_rule.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workflows {

// What can be said of a task besides its body. The functions are called on threads of the Runner,
// before the attempt's result is stored: at least once, and they are over when execute() returns,
// but for on_failure after a timeout.
struct TaskOptions {
    // Ids of tasks of the same workflow, described before or after. Their outputs, merged in this
    // order, are the input.
    std::vector<std::string> dependencies = {};
    Retry retry = {};
    std::optional<Rule> rule = {};

    // Of one attempt, at least a millisecond; nothing: RunnerOptions::task_timeout. What the body
    // comes to after it is refused.
    std::optional<std::chrono::milliseconds> timeout = {};

    // Enters the version of the workflow: change it when the body does something else.
    std::string version = {};

    // After the body, with its output. What it throws fails the attempt.
    std::function<void(const Context& output)> checkpoint = {};

    // What these throw is logged and changes nothing. on_failure is called after each failed
    // attempt, whether there is another one or not. After a timeout the attempt has ended in the
    // database already: on_failure may then be over after execute() has returned.
    std::function<void(const std::string& task, const Context& output)> on_success = {};
    std::function<void(const std::string& task, const std::string& error, const Context& input)>
        on_failure = {};
};

// A checked graph of tasks. A value, immutable, cheap to copy; any thread may use it. Ids are in
// the order of description unless it is said otherwise. An id that no task has: Error, not_found.
class SLUICE_API Workflow {
public:
    const std::string& name() const noexcept;
    const std::string& description() const noexcept;
    const std::map<std::string, std::string>& tags() const noexcept;
    const std::string& tenant() const noexcept;
    const std::string& package() const noexcept;

    // "public::embedded::orders": the full name, by which a Runner knows it, too.
    const std::string& workflow_namespace() const noexcept;

    // 16 hexadecimal digits over names, description, tags, dependencies, rules and what
    // TaskOptions::version says: equal definitions have equal versions.
    const std::string& version() const noexcept;

    std::vector<std::string> task_ids() const;

    // Each after all that it depends on; otherwise as they were described.
    std::vector<std::string> topological_sort() const;

    // Tasks that may run at the same time: a level holds what depends on earlier ones only.
    std::vector<std::vector<std::string>> execution_levels() const;

    std::vector<std::string> roots() const;                           // that depend on nothing
    std::vector<std::string> leaves() const;                          // that nothing depends on
    std::vector<std::string> dependencies(std::string_view id) const; // as declared
    std::vector<std::string> dependents(std::string_view id) const;   // directly

    // Neither depends on the other, directly or through others.
    bool can_run_parallel(std::string_view a, std::string_view b) const;

    // Of these tasks and all that they depend on.
    Workflow subgraph(const std::vector<std::string>& ids) const;

    // Without the task, or without the dependency. DefinitionError when what is left is no
    // workflow: empty, or with a rule that names what it must not.
    Workflow remove_task(std::string_view id) const;
    Workflow remove_dependency(std::string_view id, std::string_view dependency) const;

    enum class Format { json, dot, mermaid, ascii };

    // The graph as a document; of the same definition always the same bytes.
    std::string draw(Format format) const;

private:
    friend struct Inside; // of the library
    struct Definition;
    explicit Workflow(std::shared_ptr<const Definition> definition) noexcept;

    std::shared_ptr<const Definition> definition_;
};

// Collects what a workflow is made of. Not for two threads at once; a copy goes on apart.
//
// Names are 1 to 64 bytes of UTF-8 without control characters and without "::". At most 100,000
// tasks and 1,000,000 dependencies.
class SLUICE_API WorkflowBuilder {
public:
    explicit WorkflowBuilder(std::string name);
    WorkflowBuilder(const WorkflowBuilder& other);
    WorkflowBuilder(WorkflowBuilder&&) noexcept;
    WorkflowBuilder& operator=(WorkflowBuilder other) noexcept;
    ~WorkflowBuilder();

    WorkflowBuilder& tenant(std::string name);  // by default "public"
    WorkflowBuilder& package(std::string name); // by default "embedded"
    WorkflowBuilder& description(std::string text);
    WorkflowBuilder& tag(std::string key, std::string value); // over an earlier one of that key
    WorkflowBuilder& task(std::string id, Body body, TaskOptions options = {});

    // DefinitionError with every problem at once: no tasks, bad names, an id twice, a dependency
    // that does not exist (with the nearest name), cycles (as paths), rules that name what the task
    // does not depend on, retries and timeouts out of bounds. The builder may go on.
    Workflow build() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace sluice::workflows
