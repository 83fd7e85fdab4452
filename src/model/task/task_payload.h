// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/task/task_request.h"
#include "model/webhook/trigger.h"

#include <cstddef>
#include <string>
#include <unordered_map>

namespace sluice {

// How the documents of a task are stored, exactly as they were sent:
//
//   payload  {"on_start": A, "on_success": [A, …], "on_failure": […], "on_cancel": […],
//             "retry": {…}}     absent members were absent or empty
//   spec     {"kinds": ["build", …], "actions": [{…}, …]}   once for the batch
//
// A is an action, or the number of one in the spec: actions that occur in more than one place of a
// batch are stored once.
class PayloadWriter {
public:
    // Counts the actions of all tasks of a batch; they are borrowed until the last call.
    explicit PayloadWriter(const std::vector<TaskRequest>& tasks);

    std::string payload_of(const TaskRequest& task) const; // JSON
    const Json& spec() const { return spec_; }

private:
    Json reference_to(const Json& action) const;

    Json spec_;
    std::unordered_map<std::string, std::size_t> shared_; // by the action in one line: its number
};

// The documents of a task again. `spec` is that of its batch.
class TaskPayload {
public:
    // Errors (corrupt): the text is no payload.
    static Result<TaskPayload> read(const std::string& payload, const Json& spec);

    // The action at a place, as it was sent; nullptr: there is none.
    const Json* action(Trigger trigger, std::size_t position) const;

    // The actions of a trigger; on_start has exactly one.
    std::vector<const Json*> actions(Trigger trigger) const;

    const Json& retry() const; // null when there is none

private:
    TaskPayload(Json payload, const Json& spec);
    const Json* resolve(const Json& reference) const;

    Json payload_;
    const Json* spec_; // borrowed
};

} // namespace sluice
