// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/uid.h"
#include "model/webhook/trigger.h"
#include "store/service_reads.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What tasks of the task service are over HTTP: Task Runner's names, and some more. Written by the
// server only. Every member is always there, null when there is nothing to say.

// Spells the public id of what belongs to a batch that was created then. Called from any thread.
using SpellId = std::function<std::string(UidKind kind, Time batch_created_at, std::int64_t key)>;

// What lists and graphs show of a task.
Json light_task_json(const TaskView& view, const SpellId& spell);

// Everything, its documents as they were sent. `spec` is what the payloads of its batch refer to.
// Errors (corrupt): what is stored is not what was written.
Result<Json> task_json(const TaskView& view, const Json& spec, const SpellId& spell);

// The tasks of one batch as the request that creates them answers: Pending or Waiting, whatever
// has begun meanwhile. The first task carries the spec of all. The text of an array: the documents
// of a large batch would take many times as much memory.
Result<std::string> created_tasks_text(const std::vector<TaskView>& views, const SpellId& spell);

// What the payload of a task refers to, of a view that carries it; null: nothing.
Result<Json> read_spec(const TaskView& view);

// The same for an action of a task whenever somebody asks.
std::string action_id(std::string_view task_id, Trigger trigger, std::size_t position);

// "success" or "failure" of a trigger that is called End, else null.
Json condition_json(Trigger trigger);

} // namespace sluice
