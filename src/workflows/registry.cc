// SPDX-License-Identifier: Apache-2.0
#include "workflows/registry.h"

#include "base/text.h"
#include "model/workflow/workflow_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice {

void Registry::add(KnownWorkflowPtr workflow)
{
    Entry entry;
    const std::vector<WorkflowTask>& tasks = workflow->registration->definition.tasks;
    for (std::size_t i = 0; i < tasks.size(); ++i)
        entry.places.emplace(tasks[i].id, i);
    std::string name = workflow->workflow_namespace;
    entry.workflow = std::move(workflow);

    // Goes when the lock is free again: with its bodies goes what may call us.
    Entry replaced;
    const std::lock_guard lock(mutex_);
    entry.order = ++last_order_;
    replaced = std::exchange(by_namespace_[std::move(name)], std::move(entry));
    name_all();
}

void Registry::clear()
{
    std::map<std::string, Entry, std::less<>> gone; // goes when the lock is free again, likewise
    const std::lock_guard lock(mutex_);
    namespaces_.clear();
    by_queue_.clear();
    gone.swap(by_namespace_);
}

// Of the same short name or alias the workflow that was added last has it.
void Registry::name_all()
{
    std::vector<const Entry*> entries;
    for (const auto& [name, entry] : by_namespace_)
        entries.push_back(&entry);
    std::ranges::sort(entries, {}, &Entry::order);
    namespaces_.clear();
    by_queue_.clear();
    for (const Entry* entry : entries) {
        const WorkflowRegistration& registration = *entry->workflow->registration;
        by_queue_[workflow_queue(registration.definition.name)] = entry;
        const std::string& target = entry->workflow->workflow_namespace;
        namespaces_[registration.definition.name.workflow] = target;
        for (const std::string& alias : registration.aliases)
            namespaces_[alias] = target;
    }
}

void Registry::declared(KnownWorkflowPtr workflow)
{
    const std::lock_guard lock(mutex_);
    const auto found = by_namespace_.find(workflow->workflow_namespace);
    if (found == by_namespace_.end())
        return;
    KnownWorkflowPtr& present = found->second.workflow;
    if (present->registration == workflow->registration)
        present = std::move(workflow);
}

const Registry::Entry* Registry::find_entry(std::string_view name) const
{
    auto entry = by_namespace_.find(name);
    if (entry == by_namespace_.end()) {
        const auto target = namespaces_.find(name);
        if (target == namespaces_.end())
            return nullptr;
        entry = by_namespace_.find(target->second);
    }
    return &entry->second;
}

CallResult<KnownWorkflowPtr> Registry::find(std::string_view name) const
{
    std::vector<std::string> names;
    {
        const std::lock_guard lock(mutex_);
        if (const Entry* entry = find_entry(name))
            return entry->workflow;
        for (const auto& [known, target] : namespaces_)
            names.push_back(known);
        for (const auto& [known, entry] : by_namespace_)
            names.push_back(known);
    }
    return CallError{
        .kind = CallError::Kind::not_found,
        .text = fmt::format("no workflow named '{}'{}", printable(name), near_name(name, names))};
}

KnownWorkflowPtr Registry::of_namespace(std::string_view workflow_namespace) const
{
    const std::lock_guard lock(mutex_);
    const auto found = by_namespace_.find(workflow_namespace);
    return found == by_namespace_.end() ? nullptr : found->second.workflow;
}

Registry::Found Registry::body(std::string_view queue, std::string_view task_id) const
{
    const std::lock_guard lock(mutex_);
    const auto found = by_queue_.find(queue);
    if (found == by_queue_.end())
        return {};
    const Entry& entry = *found->second;
    const auto place = entry.places.find(task_id);
    if (place == entry.places.end())
        return {};
    return {entry.workflow->registration->bodies.at(place->second), entry.workflow};
}

std::vector<std::string> Registry::queues() const
{
    const std::lock_guard lock(mutex_);
    std::vector<std::string> queues;
    for (const auto& [queue, entry] : by_queue_)
        queues.push_back(queue);
    return queues;
}

std::vector<KnownWorkflowPtr> Registry::all() const
{
    const std::lock_guard lock(mutex_);
    std::vector<KnownWorkflowPtr> all;
    for (const auto& [name, entry] : by_namespace_)
        all.push_back(entry.workflow);
    return all;
}

} // namespace sluice
