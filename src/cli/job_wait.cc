// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"
#include "model/duration.h"

namespace sluice {

namespace {

using SteadyClock = std::chrono::steady_clock;

struct WaitOptions {
    std::vector<std::string> names;
    std::string timeout;
};

// Longer than anybody waits, and far from where time points overflow.
constexpr SteadyClock::duration forever = std::chrono::hours(24 * 365);

Result<SteadyClock::duration> time_limit(const std::string& text)
{
    if (text.empty())
        return forever;
    const Result<std::chrono::seconds> limit = parse_duration(text);
    if (!limit)
        return with_context("--timeout", limit.error());
    return std::min<SteadyClock::duration>(*limit, forever);
}

Async<Result<int>>
wait_for_jobs(Context&, JobsPort& jobs, std::shared_ptr<const WaitOptions> options)
{
    const Result<SteadyClock::duration> limit = time_limit(options->timeout);
    if (!limit)
        co_return limit.error();
    const SteadyClock::time_point deadline = SteadyClock::now() + *limit;
    int code = exit_code::success;
    for (const std::string& job : options->names) {
        const auto left = std::max(deadline - SteadyClock::now(), SteadyClock::duration(0));
        const Result<Job> ended = co_await jobs.wait(job, left);
        if (!ended)
            co_return ended.error();
        if (!ended->finished_at)
            co_return Error{
                Errc::timed_out, fmt::format("job {} is still running", ended->job_name)};
        if (ended->status != JobStatus::done) {
            complain(fmt::format("job {}: {}", ended->job_name, name(ended->status)));
            code = exit_code::failed;
        }
    }
    co_return code;
}

} // namespace

void add_job_wait(CliCommand& job)
{
    CliCommand command = job.add("wait");
    const auto options = std::make_shared<WaitOptions>();
    command.arguments("NAME", options->names, "names or ids of jobs");
    command.option("--timeout", options->timeout, "give up after this time, for instance 5m");
    command.runs(on_jobs([options](Context& context, JobsPort& jobs) {
        return wait_for_jobs(context, jobs, options);
    }));
}

} // namespace sluice
