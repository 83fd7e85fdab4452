// SPDX-License-Identifier: Apache-2.0
// Runs of workflows when a function says so.
#pragma once

#include "sluice/context.h"
#include "sluice/export.h"
#include "sluice/run_results.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workflows {

class Handle;

// What a trigger's function says: nothing to do, or a run with this context.
class SLUICE_API TriggerResult {
public:
    static TriggerResult skip();
    static TriggerResult fire(Context context = {});

    bool is_fire() const noexcept { return context_.has_value(); }
    const Context& context() const; // Error, invalid, of skip()

private:
    explicit TriggerResult(std::optional<Context> context);

    std::optional<Context> context_;
};

// A function that is asked again and again. Of all Runners that have the trigger one asks it, on
// one of its threads, without a slot; the next one takes over when that has gone. What it throws is
// logged, and it is asked again.
struct Trigger {
    std::string name = {};     // 1 to 255 bytes; what makes two of them the same
    std::string workflow = {}; // name or namespace of what it starts; empty: recorded, never asked
    std::function<TriggerResult()> poll = {};
    std::chrono::milliseconds interval{30'000}; // at least 10 ms; between two questions
    std::string cron = {};        // asked at these times instead (see NewCronSchedule)
    std::string timezone = "UTC"; // of `cron`

    // false: the same context is not fired again while a run that it has started is not final.
    bool allow_concurrent = false;
};

// A trigger as it is kept in the database.
struct TriggerSchedule {
    std::string id = {};
    std::string trigger_name = {};
    std::string workflow_name = {}; // empty: none
    std::chrono::milliseconds poll_interval{0};
    bool allow_concurrent = false;
    bool enabled = true;
    std::optional<Time> last_poll_at = {}; // to a few seconds
    Time created_at = {};
    Time updated_at = {};
};

// A run that a trigger has started.
struct TriggerExecution {
    std::string id = {};
    std::string schedule_id = {};
    std::string context_hash = {}; // the same for equal contexts
    std::string run_id = {};       // empty: it could not be started
    std::string error = {};        // why not
    Time started_at = {};
    std::optional<Time> completed_at = {}; // when the run became final
    Time created_at = {};
};

// The triggers of one database, by way of a Runner: a value, which says Error, closed, when that
// has been shut down. They are added by Runner::add. Any thread may call; calls block. Error,
// unavailable, when the database is away.
class SLUICE_API Triggers {
public:
    // Newest first, after `offset` others. limit: 1 to 1,000.
    std::vector<TriggerSchedule>
    list(std::optional<bool> enabled = {}, std::size_t limit = 100, std::size_t offset = 0) const;

    std::optional<TriggerSchedule> get(std::string_view name) const;

    // While it is not enabled nobody asks its function; another Runner that has done so may go on
    // for five seconds. Error, not_found.
    void set_enabled(std::string_view name, bool enabled);

    // Newest first, none for an unknown name; the latest 10,000 of each trigger are kept.
    std::vector<TriggerExecution>
    history(std::string_view name, std::size_t limit = 100, std::size_t offset = 0) const;

    // Starts its workflow as if the function had said so, from any Runner, enabled or not. Error:
    // not_found; conflict while a run with this context is not final, unless it may.
    Handle fire(std::string_view name, Context context = {});

private:
    friend struct Inside; // of the library
    struct Impl;
    explicit Triggers(std::shared_ptr<Impl> impl) noexcept;

    std::shared_ptr<Impl> impl_;
};

} // namespace sluice::workflows
