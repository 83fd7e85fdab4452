// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/reads.h"
#include "store/service_reads.h"

#include <optional>
#include <string>
#include <vector>

namespace sluice {

struct ParentTask {
    Reads::Task task;
    Time run_created_at; // it may be of another batch
};

// Everything that is known of a task and of what has happened to it.
struct TaskHistory {
    TaskView view;
    std::vector<AttemptRow> attempts; // those before the current or the last one
    std::vector<EventRow> events;     // of the task and of its batch
    std::vector<ServiceReads::DeliveryView> deliveries;
    std::vector<ParentTask> parents;
    std::vector<GateView> gates;
};
std::optional<TaskHistory> task_history(Reads& reads, TaskId task);

// One thing that has happened. What is not known or does not apply is empty.
struct TimelineEntry {
    Time at;
    std::string event;
    std::string actor;
    int attempt = 0;
    std::optional<TaskState> state; // that it has reached with this
    std::string detail;
};
std::vector<TimelineEntry> timeline(const TaskHistory& history); // the oldest first

// Why a task is not running, as words and as what is behind them.
struct TaskWhy {
    std::string text;
    std::vector<const ParentTask*> parents; // that have not ended; borrowed from the history
    std::vector<const GateView*> rules;     // that hold it up; borrowed likewise
    std::optional<Time> not_before;
};
TaskWhy why(const TaskHistory& history, Time now);

} // namespace sluice
