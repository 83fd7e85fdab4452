// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/execution_rows.h"
#include "store/reads.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What workflows in code ask of the database; see Reads. Runs of kind execution only.
class ExecutionReads {
public:
    virtual ~ExecutionReads() = default;

    // --- definitions -------------------------------------------------------------------------

    // The current version of each namespace, without the graphs, by namespace.
    virtual std::vector<WorkflowRow> workflows() = 0;
    // All versions of one, the current one first, without the graphs.
    virtual std::vector<WorkflowRow> versions(std::string_view workflow_namespace) = 0;
    // With the graph; an empty version: the current one.
    virtual std::optional<WorkflowRow>
    workflow(std::string_view workflow_namespace, std::string_view version) = 0;

    // --- runs --------------------------------------------------------------------------------

    struct Execution {
        Reads::Run run;       // without `spec`
        WorkflowRow workflow; // without the graph
    };
    virtual std::optional<Execution> execution(RunId id) = 0;
    virtual std::optional<std::string> initial_context(RunId id) = 0; // empty: the empty one

    struct Filter {
        std::string workflow_namespace; // empty: any
        std::optional<RunState> state;
        RunId before; // keyset page: older than this one; none: from the newest
        std::size_t limit = 100;
    };
    // Newest first. Looks at some 20 ms worth of rows: a page may be short, or empty, and have a
    // next one, before `go_on_before`; none: there is no more.
    struct Page {
        std::vector<Execution> executions;
        RunId go_on_before;
    };
    virtual Page executions(const Filter& filter) = 0;

    // The final ones among these, at most a thousand; what waits for runs that others have ended.
    virtual std::vector<EndedRun> final_among(std::span<const RunId> ids) = 0;

    // --- tasks -------------------------------------------------------------------------------

    struct TaskFilter {
        RunId run;
        TaskId after; // keyset page: ids above this one
        std::size_t limit = 1000;
    };
    // With TaskRow::parents and LeaseRow::deferred_left; of done rows without the result.
    virtual std::vector<Reads::Task> tasks(const TaskFilter& filter) = 0;

    // The ends of these, with results, in no order; at most a thousand ids. Reads at most
    // `bytes_max` of results, but one at least: ask again for the rest.
    virtual std::vector<DoneRow> ends(std::span<const TaskId> ids, std::size_t bytes_max) = 0;

    // --- schedules and triggers --------------------------------------------------------------

    virtual std::optional<StoredSchedule>
    schedule_with_key(ScheduleKind kind, std::string_view key) = 0;

    struct ScheduleFilter {
        ScheduleKind kind = ScheduleKind::workflow;
        std::optional<bool> enabled;
        std::size_t skip = 0; // so many of the newest
        std::size_t limit = 100;
    };
    virtual std::vector<StoredSchedule> schedules(const ScheduleFilter& filter) = 0; // newest first

    // When the first of a kind is to be looked at; of triggers among those with one of the keys.
    virtual std::optional<Time> next_due(ScheduleKind kind, std::span<const std::string> keys) = 0;

    // Newest first, with the ends of the runs that they have created.
    struct FiredRun {
        TickRow tick;
        Time run_created_at; // for the run's public id
        std::optional<Time> run_finished_at;
    };
    virtual std::vector<FiredRun> fired(ScheduleId id, std::size_t skip, std::size_t limit) = 0;

    // Ticks of workflows that failed since `after`, were tried again less than `tries_max` times,
    // and not since `tried_before`; the oldest first.
    struct FailedTicks {
        Time after;
        Time tried_before;
        int tries_max = 3;
        std::size_t limit = 100;
    };
    virtual std::vector<TickRow> failed_ticks(const FailedTicks& which) = 0;

    struct TickCounts {
        std::int64_t created = 0;
        std::int64_t failed = 0;
        std::int64_t skipped = 0;
    };
    virtual TickCounts tick_counts(ScheduleKind kind, Time since) = 0;

    // --- who does what -----------------------------------------------------------------------

    // The workers that are registered with what they serve and how busy they are, newest first. Who
    // still lives shows in `until`.
    virtual std::vector<WorkerRow> servers() = 0;
    // Names of shared queues that have something ready and begin so.
    virtual std::vector<std::string> queues_with_ready(std::string_view prefix) = 0;
};

} // namespace sluice
