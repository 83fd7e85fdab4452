// SPDX-License-Identifier: Apache-2.0
// Runs of workflows at times.
#pragma once

#include "sluice/export.h"
#include "sluice/run_results.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workflows {

// What becomes of times at which no Runner was there, or the schedule was late by more than 30 s.
enum class Catchup {
    none,    // nothing
    skip,    // one run for all of them
    run_all, // a run for each of the latest CronOptions::max_catchup_executions
};

// As schedules spell it: "none", "skip", "run_all".
SLUICE_API std::string_view name(Catchup policy);

// A schedule as it is kept in the database. Its times are instants; `timezone` says whose clocks
// the expression follows.
struct CronSchedule {
    std::string id = {};
    std::string workflow_name = {};
    std::string cron_expression = {}; // as it came
    std::string timezone = {};        // as it came
    bool enabled = true;
    Catchup catchup_policy = Catchup::skip;
    std::optional<Time> next_run_at = {}; // nothing: not enabled, or over
    std::optional<Time> last_run_at = {};
    std::optional<Time> start = {};
    std::optional<Time> end = {};
    Time created_at = {};
    Time updated_at = {};
};

// Five fields, or six with the seconds first: numbers, names, `*`, lists, ranges, steps, `L`, `#`,
// `W`, or @hourly, @daily, @weekly, @monthly, @yearly. The zone is one of the system's time zone
// database. A local time that a change of the clocks leaves out runs when the gap is over; one that
// comes twice runs once; hourly and finer patterns follow the clock.
struct NewCronSchedule {
    std::string workflow = {}; // its name or its namespace; registered by some Runner by now
    std::string expression = {};
    std::string timezone = "UTC";
    Catchup catchup = Catchup::skip;
    std::optional<Time> start = {}; // no run before
    std::optional<Time> end = {};   // no run at or after
};

// What is left out stays as it is.
struct CronScheduleChange {
    std::optional<std::string> expression = {};
    std::optional<std::string> timezone = {};
    std::optional<Catchup> catchup = {};
    std::optional<Time> start = {};
    std::optional<Time> end = {};
};

// A time at which a schedule was due, and what became of it.
struct CronExecution {
    std::string id = {};
    std::string schedule_id = {};
    Time scheduled_time = {};
    Time claimed_at = {};      // when a Runner took it
    std::string run_id = {};   // empty: no run could be created
    std::string error = {};    // why not
    int recovery_attempts = 0; // how often it was tried again
    Time created_at = {};
    Time updated_at = {};
};

struct CronStats {
    std::int64_t total_executions = 0;
    std::int64_t successful_executions = 0; // a run was created
    std::int64_t lost_executions = 0;       // none could be
    double success_rate = 0;                // percent; 0 when there were none
};

// The schedules of one database, by way of a Runner: a value, which says Error, closed, when that
// has been shut down. Any Runner with CronOptions::enabled fires them, each time one of them. A run
// gets the context {scheduled_time, schedule_id, schedule_timezone, schedule_expression}.
//
// Any thread may call; calls block. Error: not_found for an unknown id or workflow, invalid for
// what is no id, expression or zone, unavailable.
class SLUICE_API CronSchedules {
public:
    // Its id. The same workflow, expression and zone again: the id of the one that exists, which
    // stays as it is.
    std::string add(const NewCronSchedule& schedule);

    CronSchedule get(std::string_view id) const;

    // Newest first, after `offset` others. limit: 1 to 1,000.
    std::vector<CronSchedule>
    list(std::optional<bool> enabled = {}, std::size_t limit = 100, std::size_t offset = 0) const;

    // With another expression or zone it owes nothing of what was before. Error, conflict, when
    // there is such a schedule already.
    CronSchedule update(std::string_view id, const CronScheduleChange& change);

    // Enabled again, it owes nothing of the time between.
    void set_enabled(std::string_view id, bool enabled);

    // With its history; its runs stay.
    void remove(std::string_view id);

    // Newest first; the latest 10,000 of each schedule are kept.
    std::vector<CronExecution>
    history(std::string_view id, std::size_t limit = 100, std::size_t offset = 0) const;

    // Of all schedules, over what is kept of their histories.
    CronStats stats(Time since) const;

private:
    friend struct Inside; // of the library
    struct Impl;
    explicit CronSchedules(std::shared_ptr<Impl> impl) noexcept;

    std::shared_ptr<Impl> impl_;
};

} // namespace sluice::workflows
