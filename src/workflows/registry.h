// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "workflows/call_error.h"
#include "workflows/registration.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice {

class SubmissionTemplate;

// A workflow as a Host has it: what the program has said, and what was made of it once. The id is
// there when it was declared to the database.
struct KnownWorkflow {
    RegisteredWorkflow registration;
    std::string workflow_namespace;
    std::shared_ptr<const SubmissionTemplate> submission;
    WorkflowId id = {};
};

using KnownWorkflowPtr = std::shared_ptr<const KnownWorkflow>;

// The workflows of a Host by their names. Any thread.
class Registry {
public:
    // Adds it or replaces the one of its namespace, for all its names. The replaced one goes on the
    // thread of the caller, without a lock.
    void add(KnownWorkflowPtr workflow);

    // The same one with its id, if it still is the one of its namespace.
    void declared(KnownWorkflowPtr workflow);

    // Lets go of all of them, on the thread of the caller, without a lock.
    void clear();

    // By any name. Errors: not_found, with the nearest name.
    CallResult<KnownWorkflowPtr> find(std::string_view name) const;

    // By its namespace; null: there is none.
    KnownWorkflowPtr of_namespace(std::string_view workflow_namespace) const;

    // The body for a task that stands in this queue; null: nobody here knows it, or its task.
    struct Found {
        std::shared_ptr<TaskBody> body;
        KnownWorkflowPtr workflow;
    };
    Found body(std::string_view queue, std::string_view task_id) const;

    std::vector<std::string> queues() const;
    std::vector<KnownWorkflowPtr> all() const; // by namespace

private:
    struct Entry {
        KnownWorkflowPtr workflow;
        std::uint64_t order = 0;                                  // the higher was added later
        std::unordered_map<std::string_view, std::size_t> places; // of its tasks; borrowed ids
    };

    const Entry* find_entry(std::string_view name) const;
    void name_all();

    mutable std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> by_namespace_;
    std::map<std::string, std::string, std::less<>> namespaces_; // by short name or alias
    std::map<std::string, const Entry*, std::less<>> by_queue_;
    std::uint64_t last_order_ = 0;
};

} // namespace sluice
