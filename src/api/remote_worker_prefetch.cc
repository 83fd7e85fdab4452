// SPDX-License-Identifier: Apache-2.0
// How a RemoteWorker fetches the inputs of its next datum while one runs.
#include "api/remote_worker.h"

#include "api/wire.h"
#include "async/signal.h"

#include <fmt/format.h>

namespace sluice {

namespace {

bool is_same(const DatumWork& a, const DatumWork& b)
{
    return a.datum_id == b.datum_id && a.attempt == b.attempt;
}

} // namespace

// A datum that waits here is one that nobody else can run, so `spare` takes none of the last ones.
Async<bool> RemoteWorker::has_spare(std::string job, std::int64_t workers)
{
    // Shorter datums are not worth the question; and workers that start together have begun by
    // then.
    co_await sleep_for(options_.settle);
    ApiClient::Call ask;
    ask.path = fmt::format("/jobs/{}", url_part(job));
    const Result<Answer> answer = co_await client_.ask(std::move(ask));
    if (!answer || !answer->json.contains("job"))
        co_return false;
    const Result<Job> found = read_job(answer->json["job"]);
    if (!found)
        co_return false;
    const RunCounts& counts = found->counts;
    const std::int64_t ended = counts.succeeded + counts.failed + counts.canceled;
    co_return counts.total - ended - found->running >= workers;
}

Async<void> RemoteWorker::prefetch_next(std::string job, std::int64_t workers)
{
    if (options_.prefetch == Prefetch::spare) {
        const bool is_spare = co_await has_spare(std::move(job), workers);
        if (!is_spare)
            co_return;
    }
    while (!prefetched_ && !stop_.requested()) {
        const Result<Next> next = co_await reserve(Purpose::prefetch);
        if (!next) {
            log_.info("prefetch: {}", next.error().detail);
            co_return;
        }
        if (next->job_is_final)
            co_return;
        if (!next->datum || !next->datum->problem.empty())
            continue;
        prefetched_ = next->datum->work;
        const Result<void> fetched = co_await runner_.prefetch(*prefetched_);
        if (!fetched)
            log_.info("prefetch: {}", fetched.error().detail);
    }
}

// Before a datum runs: what is on its way for it is waited for, everything else goes.
Async<void> RemoteWorker::use_prefetched(const DatumWork& work, Lease& lease)
{
    if (!ahead_ || !prefetched_ || !is_same(*prefetched_, work)) {
        co_await drop_prefetched();
        co_return;
    }
    lease.stop.on_request([this] { ahead_->cancel(); });
    co_await ahead_->join();
    if (!lease.stop.requested())
        lease.stop.on_request(nullptr);
    ahead_.reset();
    prefetched_.reset();
}

Async<void> RemoteWorker::drop_prefetched()
{
    if (ahead_) {
        ahead_->cancel();
        co_await ahead_->join();
        ahead_.reset();
    }
    if (prefetched_)
        co_await runner_.discard(*prefetched_);
    prefetched_.reset();
}

} // namespace sluice
