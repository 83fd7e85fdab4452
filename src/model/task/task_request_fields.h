// SPDX-License-Identifier: Apache-2.0
#pragma once

// The members of a task in POST /task, each described once: read_task_requests and
// task_request_schema visit the same functions. Only their sources include this header.

#include "model/task/task_kinds.h"
#include "model/task/task_request.h"
#include "model/task/task_retry.h"

namespace sluice {

struct ActionKind {
    const ActionRules& rules;

    void read(const Value& value, Action& out) const { read_action(value, out, rules); }
    Json schema() const { return Json{{"$ref", "#/components/schemas/Action"}}; }
};

// A task together with what its actions are judged by.
struct TaskRequestForm {
    TaskRequest& task;
    const ActionRules& rules;
};

template <class Visitor>
void describe_identity(Visitor& visitor, TaskRequest& task)
{
    using Limits = TaskLimits;
    visitor.required(
        "id", task.id, NameKind{local_id_bytes_max},
        {.title = "Id",
         .description = "Your own name for the task, unique in this request: dependencies use it.",
         .examples = R"(["build"])"}
    );
    visitor.required(
        "name", task.name, NameKind{Limits::name_bytes_max},
        {.title = "Name", .description = "For people.", .examples = R"(["Build the image"])"}
    );
    visitor.required(
        "kind", task.kind, NameKind{kind_bytes_max},
        {.title = "Kind",
         .description = "What sort of work it is: rules, deduplication and filters use it.",
         .examples = R"(["build"])"}
    );
    visitor.optional(
        "group_id", task.group, NameKind{Limits::group_bytes_max},
        {.title = "Group", .description = "Your name for tasks that belong together, in any batch."}
    );
    visitor.optional(
        "requester", task.requester, NameKind{Limits::name_bytes_max},
        {.title = "Requester",
         .description = "Who asks; the name of the API key, when there is one, wins."}
    );
    visitor.optional(
        "metadata", task.metadata, AnyJsonKind{Limits::metadata_bytes_max},
        {.title = "Metadata",
         .description =
             "Any JSON of yours; rules, deduplication, filters and templates look at it.",
         .examples = R"([{"customer": 7}])"}
    );
}

template <class Visitor>
void describe_times(Visitor& visitor, TaskRequest& task)
{
    using Limits = TaskLimits;
    visitor.optional(
        "timeout", task.timeout, SecondsBetweenKind{1, Limits::timeout_max},
        {.title = "Timeout",
         .description = "The task fails when nothing is reported for so many seconds.",
         .fallback = "60"}
    );
    visitor.optional(
        "scheduled_at", task.scheduled_at, TimeKind{},
        {.title = "Scheduled at", .description = "It does not start before this time."}
    );
    visitor.optional(
        "delay", task.delay, SecondsBetweenKind{0, Limits::delay_max},
        {.title = "Delay", .description = "It does not start for so many seconds."}
    );
    visitor.optional(
        "retry", task.retry, TaskRetryKind{},
        {.title = "Retry", .description = "When a failed attempt is tried again; null: never."}
    );
}

template <class Visitor>
void describe_order(Visitor& visitor, TaskRequest& task)
{
    using Limits = TaskLimits;
    visitor.optional(
        "priority", task.priority, IntegerKind{-Limits::priority_max, Limits::priority_max},
        {.title = "Priority",
         .description = "Higher starts first; equal ones in the order of creation.",
         .fallback = "0"}
    );
    visitor.optional(
        "rules", task.rules, ListKind{TaskRuleKind{}},
        {.title = "Rules",
         .description = "Limits that must all hold when it starts.",
         .fallback = "[]"}
    );
    visitor.optional(
        "expected_count", task.expected_count, IntegerKind{0},
        {.title = "Expected count",
         .description = "How many reports it will make: for progress and Capacity rules."}
    );
    visitor.optional(
        "preemptible", task.preemptible, FlagKind{},
        {.title = "Preemptible",
         .description = "While it runs, a task that preempts may take its place.",
         .fallback = "false"}
    );
    visitor.optional(
        "preempts", task.preempts, FlagKind{},
        {.title = "Preempts",
         .description = "Blocked by nothing but rules, it may take the place of a preemptible task "
                        "of lower priority.",
         .fallback = "false"}
    );
    visitor.optional(
        "dedupe_strategy", task.dedupe, ListKind{TaskMatcherKind{}},
        {.title = "Deduplication",
         .description = "It is not created when one of these finds a task.",
         .fallback = "[]"}
    );
    visitor.optional(
        "dependencies", task.dependencies, ListKind{TaskDependencyKind{}},
        {.title = "Dependencies", .description = "What must have ended before.", .fallback = "[]"}
    );
    visitor.optional(
        "dead_end_barrier", task.dead_end_barrier, FlagKind{},
        {.title = "Dead end barrier",
         .description = "When all its children have ended, it may be canceled, its parents not.",
         .fallback = "false"}
    );
}

template <class Visitor>
void describe_actions(Visitor& visitor, TaskRequestForm form)
{
    const ActionKind action{form.rules};
    visitor.required(
        "on_start", form.task.on_start, action,
        {.title = "Start", .description = "Sent when the task starts; its target does the work."}
    );
    visitor.optional(
        "on_success", form.task.on_success, ListKind{action},
        {.title = "On success", .description = "Sent when it has succeeded.", .fallback = "[]"}
    );
    visitor.optional(
        "on_failure", form.task.on_failure, ListKind{action},
        {.title = "On failure", .description = "Sent when it has failed.", .fallback = "[]"}
    );
    visitor.optional(
        "on_cancel", form.task.on_cancel, ListKind{action},
        {.title = "On cancel",
         .description = "Sent when it was canceled or timed out after its start was sent.",
         .fallback = "[]"}
    );
}

// Metadata comes first: actions refer to it.
template <class Visitor>
void describe(Visitor& visitor, TaskRequestForm form)
{
    describe_identity(visitor, form.task);
    describe_times(visitor, form.task);
    describe_order(visitor, form.task);
    describe_actions(visitor, form);
}

} // namespace sluice
