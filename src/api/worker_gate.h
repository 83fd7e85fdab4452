// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/ids.h"
#include "base/result.h"
#include "net/router.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

class Store;

// What the token of a job's workers (worker_token.h) opens: the routes of workers, for that job.
// What the database says is remembered as Gate does. Lives on the loop; the store outlives it.
class WorkerGate {
public:
    WorkerGate(Store& store, std::chrono::milliseconds memory) : store_(store), memory_(memory) {}

    // For a request with the token of the job `job_id` (UUID). Nothing: let in, and
    // Request::identity says for which job. 401: the job has ended or is gone; 403: a route that is
    // none of a worker's, or another job's; 503: the database is away. After the end of the job
    // only the calls go on with which a worker learns of it and ends what it was doing.
    Async<std::optional<Response>> check(Request& request, const Route& route, std::string job_id);

    static bool is_worker_route(Method method, std::string_view pattern);

private:
    using Clock = std::chrono::steady_clock;
    enum class Standing : std::uint8_t { going_on, ended, gone };
    struct Known {
        Standing standing;
        Clock::time_point until;
    };

    Async<Result<Standing>> standing_of(RunId run);
    Async<Result<RunId>> run_of(TaskId task);
    Async<Result<bool>> is_own(const Request& request, std::string_view pattern, RunId run);

    Store& store_;
    std::chrono::milliseconds memory_;
    std::map<RunId, Known> known_;
    std::map<TaskId, RunId> run_of_; // a datum never goes to another job
};

} // namespace sluice
