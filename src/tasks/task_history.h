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
    std::vector<ParentTask> parents; // of one that waits
    std::vector<GateView> gates;     // of one that is pending
    ParentsEnded parents_ended;      // in its own batch: of others nothing is kept
};

// What of the history is read.
enum class HistoryFor : std::uint8_t { timeline, why };

std::optional<TaskHistory> task_history(Reads& reads, TaskId task, HistoryFor purpose);

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

enum class WhyReason : std::uint8_t {
    parents,    // some have not ended
    rules,      // they say no
    scheduled,  // its time has not come
    retry,      // it has failed and is tried again later
    paused,     // by a user
    no_starter, // it is ready; nobody has room for it
    claimed,    // its start is under way
    running,
    final,
};

// Why a task is not running, as words and as what is behind them.
struct TaskWhy {
    WhyReason reason = WhyReason::no_starter;
    std::string text;
    std::vector<const ParentTask*> parents; // that have not ended; borrowed from the history
    std::vector<const GateView*> rules;     // that hold it up; borrowed likewise
    std::optional<Time> not_before;
    const EventRow* pause = nullptr; // who has paused it, and when; borrowed likewise
};
TaskWhy why(const TaskHistory& history, Time now);

} // namespace sluice
