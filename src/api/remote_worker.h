// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/client.h"
#include "api/log_shipper.h"
#include "async/task_scope.h"
#include "async/with_stop.h"
#include "base/random.h"
#include "batch/attempt_logs.h"
#include "batch/datum_runner.h"
#include "batch/job.h"
#include "net/backoff.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace sluice {

// `sluice worker`: takes datums from a server, one at a time, and runs them here. Lives on the
// loop; what it is given outlives it.
class RemoteWorker {
public:
    // spare: only when enough datums wait for every other worker of the job to have one.
    enum class Prefetch : std::uint8_t { off, on, spare };

    struct Options {
        std::string job; // id or name; empty: any job
        std::string node_name;
        std::string pod_name; // unique among the workers of a server
        Prefetch prefetch = Prefetch::off;
        std::chrono::milliseconds settle{500};   // of a datum, before Prefetch::spare looks further
        std::chrono::milliseconds grace{30'000}; // for what runs, after stop()
        std::chrono::seconds poll{30};           // of one question for work
        std::chrono::seconds heartbeat{10};
        std::chrono::milliseconds patience = std::chrono::minutes(15); // with a server that is away
        Backoff backoff;
    };

    RemoteWorker(
        asio::any_io_executor executor, ApiClient& client, DatumRunner& runner,
        WorkerThreads& threads, Options options, Log log
    );
    ~RemoteWorker();

    // Works until the job is final or stop() was called. Errors: not_found (the job),
    // unauthorized, invalid (another protocol), unavailable (the server was away for too long).
    Async<Result<void>> run();

    // Takes no more datums. What runs may end within the grace period; then it is stopped and given
    // back.
    void stop();

private:
    struct Reserved {
        DatumWork work;
        std::string problem; // why it cannot be run at all
    };
    struct Next {
        std::optional<Reserved> datum;
        bool job_is_final = false;
    };
    struct Lease {
        Stop stop;
        bool lost = false;
    };
    enum class Purpose : std::uint8_t { run, prefetch };
    using Answer = ApiClient::Answer;

    Async<Result<void>> work();
    Async<Result<Answer>> call(ApiClient::Call call);
    Async<Result<Next>> reserve(Purpose purpose);
    Async<Result<Reserved>> reserved_of(const Json& answer);
    Async<Result<std::shared_ptr<const Job>>> job_of(std::string id);
    Async<Result<void>> run_datum(const Reserved& datum);
    Async<Outcome> execute(const DatumWork& work, Lease& lease);
    Async<Result<void>> report(const DatumWork& work, const Outcome& outcome);
    Async<void> give_back(const DatumWork& work, std::string reason);
    Async<void> leave();
    Async<void> heartbeats(const DatumWork& work, Lease& lease);
    Async<void> prefetch_next(std::string job, std::int64_t workers);
    Async<bool> has_spare(std::string job, std::int64_t workers);
    Async<void> use_prefetched(const DatumWork& work, Lease& lease);
    Async<void> drop_prefetched();
    Async<void> keep_shipping(LogShipper& log);
    Async<void> end_grace();

    ApiClient& client_;
    DatumRunner& runner_;
    WorkerThreads& threads_;
    Options options_;
    Log log_;
    AttemptLogs logs_;
    SystemRandom random_;
    StopEvent stop_;
    TaskScope scope_;
    Stop* current_ = nullptr;
    std::unique_ptr<TaskScope> ahead_;    // in which prefetch_next() runs
    std::optional<DatumWork> prefetched_; // its inputs are here, or on their way
    std::map<std::string, std::shared_ptr<const Job>> jobs_;
};

} // namespace sluice
