// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "store/change_rows.h"
#include "store/feed_rows.h"
#include "store/reads.h"
#include "store/rule_rows.h"
#include "store/service_rows.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice {

// Everything about a task of the task service.
struct TaskView {
    Reads::Task task;
    CardRow card;
    std::optional<ProgressRow> progress;
    Time run_created_at;
    std::string spec{}; // of the run: what payloads refer to; of single tasks only
};

using StateCounts = std::array<std::int64_t, all_task_states.size()>; // by TaskState

struct BatchView {
    RunRow run;
    StateCounts counts{};
    std::int64_t success = 0; // reported, in all
    std::int64_t failures = 0;
    std::optional<std::int64_t> expected; // nothing as soon as one task has none
    Time updated_at;                      // the latest of its tasks
    std::vector<std::string> kinds;       // sorted
};

// What the tasks of a group are together; they may be of several batches. Those that were deleted
// softly do not count.
struct GroupView {
    std::string id;
    StateCounts counts{};
    std::int64_t success = 0; // reported, in all
    std::int64_t failures = 0;
    std::optional<std::int64_t> expected; // nothing as soon as one task has none
    Time created_at;                      // of the first
    Time updated_at;                      // the latest of its tasks
    std::vector<std::string> kinds;       // sorted
};

// One rule of a task, with how it stands.
struct GateView {
    SignatureRow signature;
    std::int64_t maximum = 0; // below 0: the task lacks what the rule asks
    std::int64_t total = 0;
    struct Holder {
        TaskId task;
        Time run_created_at;
    };
    std::vector<Holder> holders; // some of the tasks that count
};

// What the task service asks of the database; see Reads. Runs of kind batch only. Live tasks of a
// run that was ended as a whole are canceled, whether they are swept yet or not.
class ServiceReads {
public:
    virtual ~ServiceReads() = default;

    virtual std::optional<TaskView> task(TaskId id) = 0;
    virtual std::optional<RunId> run_of(TaskId id) = 0; // nothing: no task of the service

    struct TaskFilter {
        std::string name_part; // literally; empty: any
        std::string kind_part;
        std::optional<TaskState> state;
        std::optional<Micros> timeout;
        std::optional<Json> metadata; // contained in the task's (model/json/json_contains.h)
        std::optional<RunId> run;
        std::optional<std::string> group;
        bool deleted = false; // those that were deleted softly, instead of the others
        TaskId before;        // older than this one; none: from the newest
        std::size_t skip = 0; // so many of the newest
        std::size_t limit = 50;
    };
    virtual std::vector<TaskView> tasks(const TaskFilter& filter) = 0; // newest first

    virtual std::optional<BatchView> batch(RunId id) = 0;

    // A batch is listed when one task of it is all of what is asked for, and `created` lies within.
    struct BatchFilter {
        std::string name_part;
        std::string kind_part;
        std::optional<TaskState> state;
        std::optional<Time> created_after; // or at
        std::optional<Time> created_before;
        std::size_t skip = 0;
        std::size_t limit = 50;
    };
    virtual std::vector<BatchView> batches(const BatchFilter& filter) = 0; // newest first

    // All tasks of a run by id, and all links between them by parent; in pages. A page of links
    // ends behind the parent with whose links it has `limit` or more: all of those are there.
    virtual std::vector<TaskView> run_tasks(RunId run, TaskId after, std::size_t limit) = 0;
    virtual std::vector<LinkRow> run_links(RunId run, TaskId after, std::size_t limit) = 0;

    struct DeliveryView {
        DeliveryRow row;
        std::optional<Time> due; // of its next try
        Time run_created_at;
    };
    struct DeliveryFilter {
        std::optional<DeliveryStatus> status;
        std::optional<TaskId> task;
        std::optional<RunId> run;
        std::optional<Trigger> trigger;
        DeliveryId before;
        std::size_t limit = 50;
    };
    virtual std::optional<DeliveryView> delivery(DeliveryId id) = 0;
    virtual std::vector<DeliveryView> deliveries(const DeliveryFilter& filter) = 0; // newest first

    virtual std::vector<GateView> gates(TaskId task) = 0;

    struct DefinitionView {
        DefinitionRow row;
        std::int64_t uses = 0; // by tasks that are not final
    };
    virtual std::optional<DefinitionRow> definition(DefinitionKind kind, DefinitionId id) = 0;
    virtual std::optional<DefinitionView> definition_view(DefinitionKind kind, DefinitionId id) = 0;
    virtual std::vector<DefinitionView>
    definitions(DefinitionKind kind, std::size_t skip, std::size_t limit) = 0; // newest first

    virtual std::optional<GroupView> group(const std::string& id) = 0;
    // By their newest tasks, newest first.
    virtual std::vector<std::string> group_ids(std::size_t skip, std::size_t limit) = 0;
    struct GroupTask {
        TaskId task;
        RunId run;
    };
    // Those that are not final, by id.
    virtual std::vector<GroupTask>
    live_group_tasks(const std::string& id, TaskId after, std::size_t limit) = 0;

    // The feed of changes: its newest row (0: none), whether a row is still kept, the rows after
    // one, the oldest first.
    virtual std::int64_t newest_change() = 0;
    virtual bool has_change(std::int64_t id) = 0;
    virtual std::vector<ChangeRow> changes(std::int64_t after, std::size_t limit) = 0;
    virtual std::vector<TaskLabel> labels(std::span<const TaskId> tasks) = 0; // in any order

    virtual std::vector<OutsideParent> outside_parents(TaskId child) = 0; // by id
    // Those of the tasks of a run, by child and parent, in pages: from behind `after` on.
    virtual std::vector<OutsideLinkView>
    outside_links(RunId run, const LinkRow& after, std::size_t limit) = 0;
    virtual ParentsEnded parents_ended(const RunRow& run, TaskId child) = 0;

    virtual TaskFigures figures() = 0;
    // What users did. A filter that finds little looks at a bounded number of lines: then the page
    // is short, or empty, and there is a next one nevertheless.
    struct AuditFilter {
        std::optional<std::string> actor;
        std::optional<std::string> action;
        std::optional<std::string> object;    // a word; "task" and "batch" are those without one
        std::optional<std::string> object_id; // of what is neither of the two below
        std::optional<TaskId> task;           // about this task itself
        std::optional<RunId> run;             // about this run itself
        std::optional<Time> after;            // or at
        std::optional<Time> before;           // or at
        std::int64_t cursor = 0;              // behind this line; 0: from the newest
        std::size_t limit = 50;
    };
    struct AuditPage {
        std::vector<EventRow> events;            // newest first
        std::optional<std::int64_t> next_cursor; // nothing: this is the end
    };
    virtual AuditPage audit(const AuditFilter& filter) = 0;

    // For retention: by id, from behind a place on.
    virtual std::vector<RunRow> oldest_runs(RunId after, std::size_t limit) = 0;
    struct HiddenTask {
        TaskId task;
        RunId run;
        Time hidden_at;
    };
    virtual std::vector<HiddenTask> hidden_tasks(TaskId after, std::size_t limit) = 0;

    // The earliest time at which a delivery that nobody is sending is due.
    virtual std::optional<Time> next_owed() = 0;
};

} // namespace sluice
