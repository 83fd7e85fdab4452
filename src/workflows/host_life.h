// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/inbox.h"
#include "async/task_scope.h"
#include "base/guarded.h"
#include "engine/engine.h"
#include "store/store.h"
#include "workflows/abandon_duty.h"
#include "workflows/body_executor.h"
#include "workflows/body_threads.h"
#include "workflows/callback_thread.h"
#include "workflows/cron_schedules.h"
#include "workflows/followed_runs.h"
#include "workflows/host_meter.h"
#include "workflows/host_options.h"
#include "workflows/loop_calls.h"
#include "workflows/registry.h"
#include "workflows/run_cache.h"
#include "workflows/run_reads.h"
#include "workflows/schedule_work.h"
#include "workflows/trigger_schedules.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace sluice {

// What a Host is made of, from its store to the thread of its loop. Made and destroyed by the
// threads of the program, which wait for the loop; in between it lives there. Left alone in
// children of a fork, and once its loop has broken.
class HostLife {
public:
    using Clock = std::chrono::steady_clock;

    // Outlive it.
    struct Needs {
        const HostOptions& options;
        Registry& registry;
        HostMeter& meter;
    };

    explicit HostLife(Needs needs);
    ~HostLife(); // after join(), or without start()
    HostLife(const HostLife&) = delete;
    HostLife& operator=(const HostLife&) = delete;

    // Opens the database and starts everything. Blocks. Errors: those of the store.
    std::optional<CallError> start();

    // Ends everything but the threads that run functions of the program. Bodies have until then,
    // and the database `last_words` longer: an end without it leaves leases to their time. Blocks.
    // At most once.
    void end(Clock::time_point deadline);

    // Those, too: waits until the deadline for them. How many are left to their bodies. Blocks.
    std::size_t join();

    // Any thread, also before end(): the deadline is not later than this.
    void hurry(Clock::time_point deadline);

    // Any thread, during end(): it goes on without the database.
    void break_off();

    bool is_broken() const { return is_broken_; } // after end()

    // They outlive it if a body does.
    const std::shared_ptr<BodyThreads>& threads() const { return threads_; }

    static constexpr Micros last_words = std::chrono::seconds(2);

    // --- on the loop -------------------------------------------------------------------------

    struct Submission {
        KnownWorkflowPtr workflow;
        std::string context; // as stored
        FollowedRuns::OnStatus on_status = {};
        std::optional<TriggerFire> fire = {};
    };
    // Makes a run; the workflow is declared before.
    Async<Result<FollowedRunPtr>> make_run(std::shared_ptr<const Submission> submission);

    // The workflow was registered just now: its tasks are claimed from here on, and the database is
    // told.
    Async<void> take_in(std::string workflow_namespace);

    // The present definition of a namespace, which the database knows.
    Async<Result<KnownWorkflowPtr>> declare(std::string workflow_namespace);
    Async<void> declare_all(); // as far as it works

    // As FindNamespace.
    Async<Result<std::string>> find_namespace(std::string name);

    // Actions on runs by their public ids.
    Async<Result<FollowedRunPtr>> attach(std::string id);
    Async<Result<FollowedRunPtr>> retry_from(std::string id, std::string task);
    Async<Result<bool>> pause(std::string id);
    Async<Result<bool>> resume(std::string id);
    Async<Result<std::vector<std::string>>> why(std::string id);
    Async<Result<std::vector<RunLine>>> list_runs(RunReads::Query query);

    Async<Result<FollowedRunPtr>> fire(std::string trigger, std::string context);
    Async<Result<bool>> add(RegisteredTrigger trigger, std::string workflow_namespace);

    Async<Result<bool>> measure(); // into the meter

    CronSchedules& cron() { return *cron_; }
    TriggerSchedules& triggers() { return *triggers_; }

    // --- any thread ----------------------------------------------------------------------------

    const std::shared_ptr<LoopCalls>& calls() { return calls_; }

private:
    class Bodies;
    class Over;

    std::optional<CallError> open();
    void make_services();
    void run();
    void broke(const std::string& fault);
    CallError opening_error(CallError error) const;
    Async<Result<bool>> begin();
    Clock::time_point deadline();
    Async<void> wait_for_bodies();
    Async<void> finish();
    Async<void> tell_load();
    void describe();
    void serve();
    void changed(const Changes& changes);
    Async<Result<Submitted>> submit(Submit request);
    Async<Result<FollowedRunPtr>> fire_stored(std::string trigger, std::string context);

    Needs needs_;
    std::string actor_;
    std::shared_ptr<CallbackThread> callbacks_ = std::make_shared<CallbackThread>();
    LogHub logs_;
    Log log_;
    asio::io_context loop_{1};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> busy_;
    Inbox inbox_{loop_.get_executor()};
    RunCache cache_;
    std::shared_ptr<BodyThreads> threads_;
    std::unique_ptr<Store> store_;
    TaskScope scope_; // of calls and services
    TaskScope last_;  // of their end
    std::shared_ptr<LoopCalls> calls_;
    std::optional<Engine> engine_;
    std::optional<BodyExecutor> executor_;
    std::unique_ptr<Bodies> bodies_;
    std::optional<FollowedRuns> followed_;
    std::optional<CronSchedules> cron_;
    std::optional<TriggerSchedules> triggers_;
    std::optional<ScheduleWork> schedule_work_;
    std::optional<AbandonDuty> abandon_duty_; // where it is wanted
    Dispatcher* dispatcher_ = nullptr;        // of the engine; null: runs no bodies
    PendingPtr<bool> over_ = std::make_shared<Pending<bool>>(); // the loop's thread is
    bool is_broken_ = false;
    Guarded<Clock::time_point> deadline_{Clock::time_point::max()}; // of the end
    std::atomic<bool> is_broken_off_{false};
    std::thread thread_;
};

} // namespace sluice
