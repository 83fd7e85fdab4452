// SPDX-License-Identifier: Apache-2.0
// What a RemoteWorker does beside running the command: heartbeats, and sending the log.
#include "api/remote_worker.h"

#include "api/wire_worker.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::chrono::milliseconds beat_pause{1'000}; // after an error, or an early answer
constexpr std::chrono::milliseconds log_wait{1'000};

bool is_lost(const Error& error)
{
    return error.code == Errc::unauthorized || error.code == Errc::not_found;
}

} // namespace

// Each call is a long poll, so that the end of the lease is known at once; a call that breaks tells
// the server that this worker may be dead.
Async<void> RemoteWorker::heartbeats(const DatumWork& work, Lease& lease)
{
    LeaseRequest request;
    request.pod_name = options_.pod_name;
    request.attempt = work.attempt;
    request.wait = options_.heartbeat;
    for (;;) {
        ApiClient::Call beat;
        beat.method = Method::post;
        beat.path = fmt::format("/datums/{}/heartbeat", work.datum_id);
        beat.json = to_json(request);
        beat.time = options_.heartbeat + std::chrono::seconds(10);
        const auto begin = std::chrono::steady_clock::now();
        const Result<Answer> answer = co_await client_.ask(std::move(beat));
        if (!answer && is_lost(answer.error())) {
            lease.lost = true;
            lease.stop.request();
            co_return;
        }
        if (!answer)
            log_.warn("heartbeat: {}", answer.error().detail);
        const bool was_early = std::chrono::steady_clock::now() - begin < beat_pause;
        if (!answer || was_early)
            co_await sleep_for(beat_pause);
    }
}

Async<void> RemoteWorker::keep_shipping(LogShipper& log)
{
    while (!log.is_over()) {
        const Result<bool> shipped = co_await log.ship(log_wait);
        if (!shipped)
            co_return;
    }
}

} // namespace sluice
