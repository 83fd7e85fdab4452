// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"
#include "app/database.h"
#include "app/job_storage.h"
#include "app/supervision.h"
#include "app/work_place.h"
#include "async/task_scope.h"
#include "async/worker_threads.h"
#include "batch/datum_executor.h"
#include "batch/jobs.h"
#include "engine/engine.h"
#include "net/trace/tracer.h"

#include <memory>

namespace sluice {

class TaskService;
struct ProcessMetrics;

// One process over one database: the parts of the program, made and put together in their order.
// Lives on the loop. What was started ends with `co_await stop(…)`.
class App {
public:
    // Opens the database; nothing runs yet, and users' questions can be answered. Errors: those of
    // open_database().
    static Result<std::unique_ptr<App>>
    open(asio::any_io_executor executor, const Config& config, const LogHub& logs);

    App(asio::any_io_executor executor, const Config& config, const LogHub& logs,
        std::unique_ptr<ProcessMetrics> metrics, Database database);
    ~App();

    // Starts the engine and what keeps the egresses clean: the app sees commits of others, rescues
    // what dead processes held, and may wait for jobs. A second call does nothing.
    Async<Result<void>> start();

    // What runs datums in this process; made at the first call. Errors: unavailable (no container
    // engine, the data directory cannot be written to).
    Result<DatumExecutor*> datums();

    // New jobs run in pods: reaches the cluster of the settings. Call it after start(), before
    // anybody may ask for a job. Errors: those of Supervision::open().
    Async<Result<void>> open_cluster();

    // Null: jobs do not run in pods. It looks after them once it is started.
    Supervision* supervision() { return supervision_.get(); }

    // The task service; made at the first call, it sends webhooks once it is started. Errors:
    // invalid.
    Result<TaskService*> task_service();

    // Where spans go, from the first call on; null: no traces are made.
    Tracer* tracer();

    // Takes nothing more, lets what runs end for `grace`, hands the rest back. The database goes on
    // to be read and written, for users and for reports of targets.
    Async<void> drain(std::chrono::steady_clock::duration grace);

    // Drains, if nobody has, and ends the services.
    Async<void> stop(std::chrono::steady_clock::duration grace);

    Jobs& jobs() { return jobs_; }
    Engine& engine() { return engine_; }
    WorkerThreads& threads() { return threads_; }
    const Config& config() const { return config_; }
    Log log(std::string_view component) const { return logs_.component(component); }

private:
    const Config config_;
    const LogHub logs_;
    WorkerThreads threads_;
    std::unique_ptr<ProcessMetrics> metrics_;
    Database database_;
    Engine engine_;
    JobStorage storage_;
    OutputSweeper sweeper_;
    Jobs jobs_;
    TaskScope scope_;
    std::optional<WorkPlace> place_;
    std::optional<DatumExecutor> datums_;
    SystemRandom random_;
    std::optional<Tracer> tracer_;
    std::unique_ptr<TaskService> task_service_;
    std::unique_ptr<Supervision> supervision_;
    bool started_ = false;
    bool drained_ = false;
};

} // namespace sluice
