// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "model/schedule/schedule_ticks.h"
#include "store/execution_reads.h"
#include "store/schedule_rows.h"
#include "workflows/schedule_documents.h"
#include "workflows/stored_workflows.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class Store;

// A schedule of a workflow as users see it.
struct CronScheduleView {
    std::string id;         // public id
    std::string workflow;   // as it came
    std::string expression; // as it came
    std::string timezone;   // as it came
    bool enabled = true;
    Catchup catchup = Catchup::skip;
    std::optional<Time> next_run_at = {}; // none: disabled, or over
    std::optional<Time> last_run_at = {};
    std::optional<Time> start = {};
    std::optional<Time> end = {};
    Time created_at;
    Time updated_at;
};

// One time at which it fired, or failed to.
struct CronFireView {
    std::string id;
    std::string schedule_id;
    Time scheduled_time;
    Time claimed_at;
    std::string run_id = {}; // empty: no run could be created
    std::string error = {};
    int recovery_attempts = 0;
    Time created_at;
    Time updated_at;
};

// Schedules that make runs of workflows: of the Runner and of the commands. Lives on the loop;
// borrows the store. Errors: those of the store, and what stands with each.
class CronSchedules {
public:
    // `actor` stands in the history of what is changed. `find`: what the program calls how; empty:
    // nobody asks it.
    CronSchedules(Store& store, std::string actor, FindNamespace find = {})
        : store_(store), actor_(std::move(actor)), find_(std::move(find))
    {}

    struct New {
        std::string workflow;                // as users named it
        std::string workflow_namespace = {}; // which that is; empty: what namespace_of() says
        std::string expression;
        std::string timezone = "UTC";
        Catchup catchup = Catchup::skip;
        std::optional<Time> start = {};
        std::optional<Time> end = {};
    };
    // Its public id. The same workflow, expression and zone again: the id of the one that exists,
    // which stays as it is. Errors: invalid (expression, zone, times), not_found (no such workflow
    // was ever declared), unavailable (this machine knows no zones, too).
    Async<Result<std::string>> add(New schedule);

    // Errors of these: invalid (an id that none can have), not_found.
    Async<Result<CronScheduleView>> get(std::string id);

    struct Change {
        std::optional<std::string> expression = {};
        std::optional<std::string> timezone = {};
        std::optional<Catchup> catchup = {};
        std::optional<Time> start = {};
        std::optional<Time> end = {};
        std::optional<bool> enabled = {};
    };
    // When it fires at other times than before, or is enabled again, it owes nothing of what was
    // before. Errors: conflict (there is such a schedule already), and those of add().
    Async<Result<CronScheduleView>> update(std::string id, Change change);
    Async<Result<bool>> remove(std::string id);

    struct Page {
        std::optional<bool> enabled = {};
        std::size_t limit = 100;
        std::size_t offset = 0;
    };
    Async<Result<std::vector<CronScheduleView>>> list(Page page); // newest first
    Async<Result<std::vector<CronFireView>>>
    history(std::string id, std::size_t limit, std::size_t offset); // newest first

    struct Stats {
        std::int64_t total = 0;
        std::int64_t successful = 0;
        std::int64_t lost = 0;
        double success_rate = 0; // percent
    };
    Async<Result<Stats>> stats(Time since);

    // Whether this is the id of a schedule by its form; asks no database.
    static bool is_id(std::string_view text);

private:
    Async<Result<StoredSchedule>> find(const std::string& id);
    Async<Result<CronScheduleView>> update_once(StoredSchedule stored, const Change& change);
    Async<bool> has_other(const CronDocument& document, ScheduleId than);
    CronScheduleView view(const StoredSchedule& schedule, const CronDocument& document) const;
    Result<std::vector<CronScheduleView>> views(const std::vector<StoredSchedule>& schedules) const;
    CronFireView view(const StoredSchedule& schedule, const ExecutionReads::FiredRun& fire) const;
    std::string uid_of(const ScheduleRow& row) const;

    Store& store_;
    std::string actor_;
    FindNamespace find_;
};

} // namespace sluice
