// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sluice/context.h"
#include "sluice/export.h"
#include "sluice/run_results.h"
#include "sluice/runner_options.h"
#include "sluice/schedules.h"
#include "sluice/triggers.h"
#include "sluice/workflow.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workflows {

// Hears of a run: each status that it takes on, the final one last. Called on a thread of the
// Runner for callbacks, one at a time. What it throws is logged.
using StatusCallback = std::function<void(const std::string& run_id, RunStatus status)>;

// A run that goes on by itself. A value: copies are the same run, and when the last one is dropped
// the run goes on. Any thread may use it. After its Runner was shut down: Error, closed.
class SLUICE_API Handle {
public:
    const std::string& id() const noexcept;

    // Blocks until the run is final, and wakes at the moment it is. Waiting costs no thread, query
    // or timer of the Runner. In a body: see Runner::execute.
    RunResult wait() const;

    // The same for at most so long; nothing: it is not final yet.
    std::optional<RunResult> wait_for(std::chrono::milliseconds limit) const;

    RunStatus status() const;

    // As Runner::cancel.
    void cancel(std::string reason = {}) const;

private:
    friend struct Inside; // of the library
    struct State;
    explicit Handle(std::shared_ptr<State> state) noexcept;

    std::shared_ptr<State> state_;
};

// Runs workflows on a database, with threads of its own.
//
//     Runner runner("sqlite:///var/lib/orders.db");
//     runner.add(orders);
//     const RunResult result = runner.execute("orders", {{"customer", 7}});
//
// What was accepted is durable: when the program dies, the next Runner with the same workflow on
// the same database goes on where this one was. Any number of Runners may share a database.
//
// Any thread may call; calls block until they are done, and no lock of ours is held while a
// function of yours runs. Every call may throw Error: unavailable (the database is away; within two
// seconds), closed, forked, broken. `id` is that of a run, as RunResult tells it; an unknown one is
// not_found, and what can be none is invalid. Movable; what was moved from can only be destroyed.
class SLUICE_API Runner {
public:
    // Opens the database, creates it when there is none, and takes over what a dead process on this
    // machine has left. `sqlite:///absolute`, `sqlite://relative`, `sqlite://:memory:`, a bare
    // path; `postgresql://…`, `postgres://…`. Error: invalid for the URL, the options, or a
    // database that is newer than the library; unavailable.
    explicit Runner(const std::string& url, RunnerOptions options = {});

    // The same within one schema of a PostgreSQL database, which is created when there is none, and
    // nothing outside it: a tenant. Error, invalid, for a name that is not
    // [A-Za-z_][A-Za-z0-9_]{0,62} or is reserved, and for SQLite, where a tenant is a file.
    static Runner
    with_schema(const std::string& url, const std::string& schema, RunnerOptions options = {});

    Runner(Runner&&) noexcept;
    Runner& operator=(Runner&&) noexcept;

    // As shutdown(10 s).
    ~Runner();

    // From here on this Runner knows the workflow, by its name and its namespace, and runs its
    // tasks, also those of runs that exist. The same name again: new runs take the new definition,
    // those that exist keep their graph and take the new bodies.
    void add(const Workflow& workflow);

    // From here on this Runner may ask the trigger. DefinitionError. Its workflow need not be known
    // yet: until it is, what the trigger fires comes to nothing but a line in the log.
    void add(const Trigger& trigger);

    // Makes a run and waits until it is final; a run that fails is a result, too. Within a body the
    // slot is given to others meanwhile. Error: not_found for an unknown name (with the nearest
    // one), overloaded; ContextError for a context that is too large.
    RunResult execute(std::string_view name, const Context& context = {});

    // Makes a run, which is durable when this returns.
    Handle
    execute_async(std::string_view name, const Context& context = {}, StatusCallback callback = {});

    RunStatus get_status(std::string_view id) const;
    RunResult get_result(std::string_view id) const; // also of a run that is not final
    std::vector<RunSummary> list_runs(const RunQuery& query = {}) const;

    // A handle of a run that exists, whoever has made it.
    Handle attach(std::string_view id);

    // Ends a run: nothing of it starts any more, bodies that run see cancelled() and what they come
    // to is not accepted. Error, conflict, when it is final.
    void cancel(std::string_view id, std::string reason = {});

    // Holds a run: nothing of it starts. Bodies that run go on, and what they come to is accepted.
    // Error, conflict, when it is final. resume goes on with it.
    void pause(std::string_view id);
    void resume(std::string_view id);

    // Runs a final task again, also one that completed, and all that depends on it, directly or
    // not, with all their tries; what they depend on stays. A final run lives again, for another
    // RunnerOptions::run_timeout. Error: not_found for the task; conflict while it is not final,
    // one of those that depend on it runs, or the run is paused.
    Handle retry_from(std::string_view id, std::string_view task);

    // Why what is not final of a run does not run, in words; a line for each reason.
    std::vector<std::string> why(std::string_view id) const;

    // Counters in the text format of Prometheus.
    std::string metrics() const;

    CronSchedules cron() const;
    Triggers triggers() const;

    // Starts nothing any more, waits so long for bodies that run, and hands back what is not done,
    // for others or the next start; no try is used up. Whoever waits for a run is told Error,
    // closed; the runs go on elsewhere. The number of bodies that still run: their threads are left
    // to them, and what they come to is not accepted. A database that does not answer is waited for
    // two seconds longer, at most. Again: how many still run, at once; while another thread shuts
    // down, after that, which has no more time than this from here on.
    std::size_t shutdown(std::chrono::milliseconds grace = std::chrono::seconds(10));

private:
    friend struct Inside; // of the library
    struct Impl;
    explicit Runner(std::shared_ptr<Impl> impl) noexcept;

    std::shared_ptr<Impl> impl_;
};

} // namespace sluice::workflows
