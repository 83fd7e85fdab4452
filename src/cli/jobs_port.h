// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/log_text.h"
#include "batch/jobs.h"
#include "cli/cli_command.h"

#include <functional>
#include <memory>

namespace sluice {

// Jobs as commands see them: those of a server (--server), or of the database itself. The methods
// are those of Jobs; ids are names or UUIDs of jobs, and UUIDs of datums.
class JobsPort {
public:
    virtual ~JobsPort() = default;

    virtual Async<Judged<Jobs::Created>> create(Jobs::NewJob request) = 0;
    virtual Async<Judged<Jobs::Created>> retry(Jobs::RetryJob request) = 0;
    virtual Async<Result<std::vector<Job>>> list(Jobs::ListFilter filter) = 0;
    virtual Async<Result<Job>> find(std::string job) = 0;
    virtual Async<Result<JobDescription>> describe(std::string job) = 0;
    // The job when it is final, or as it is after `limit`.
    virtual Async<Result<Job>> wait(std::string job, std::chrono::steady_clock::duration limit) = 0;
    virtual Async<Result<Job>> cancel(std::string job) = 0;
    virtual Async<Result<Job>> pause(std::string job) = 0;
    virtual Async<Result<Job>> unpause(std::string job) = 0;
    virtual Async<Result<void>> remove(std::string job) = 0;
    virtual Async<Result<Why>> why_job(std::string job) = 0;
    virtual Async<Result<std::vector<Datum>>> datums(std::string job, Jobs::DatumFilter filter) = 0;
    virtual Async<Result<DatumDescription>> describe_datum(std::string datum) = 0;
    virtual Async<Result<Datum>> retry_datum(std::string datum) = 0;
    virtual Async<Result<Why>> why_datum(std::string datum) = 0;

    // Logs come in pieces, as bytes.
    using Sink = std::function<void(std::string_view)>;
    enum class LogMode : std::uint8_t { as_it_is, follow };
    virtual Async<Result<void>> datum_log(LogQuery query, LogMode mode, Sink sink) = 0;
    virtual Async<Result<void>> job_log(std::string job, Sink sink) = 0;

    // Ends what the port runs in the background. The last call.
    virtual Async<void> close() = 0;
};

Result<std::unique_ptr<JobsPort>> make_embedded_jobs(Context& context);
Result<std::unique_ptr<JobsPort>> make_remote_jobs(Context& context);

// A command that works on jobs, wherever they are: the port is opened before and closed after it.
using JobsAction = std::function<Async<Result<int>>(Context&, JobsPort&)>;
CommandAction on_jobs(JobsAction action);

// Who asks: the user's name.
std::string actor_of_this_user();

} // namespace sluice
