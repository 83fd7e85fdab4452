// SPDX-License-Identifier: Apache-2.0
#include "api/log_keeper.h"

#include "api/log_peers.h"
#include "api/log_uploads.h"
#include "async/with_timeout.h"

#include <vector>

namespace sluice {

namespace {

constexpr std::chrono::seconds look_every{30};
constexpr std::chrono::seconds last_look{10};
constexpr std::size_t open_max = 10'000; // of those above, the oldest by name are left alone

} // namespace

LogKeeper::LogKeeper(asio::any_io_executor executor, Parts parts, Log log)
    : parts_(parts), log_(std::move(log)), scope_(executor, log_), news_(executor)
{}

bool LogKeeper::is_alone() const
{
    return !parts_.peers.has_any() && !parts_.jobs.log_archive();
}

void LogKeeper::written(const Jobs::LogPlace& place)
{
    if (!is_alone())
        remember(place);
}

Async<void> LogKeeper::ended(Jobs::LogPlace place)
{
    if (is_alone()) {
        co_await parts_.uploads.complete(std::move(place.path));
        co_return;
    }
    remember(place);
    news_.notify();
}

void LogKeeper::remember(const Jobs::LogPlace& place)
{
    if (open_.size() >= open_max)
        open_.erase(open_.begin());
    if (open_.empty())
        news_.notify();
    open_.emplace(place.path, place);
    if (!runs_)
        scope_.spawn(run());
    runs_ = true;
}

Async<Result<std::size_t>> LogKeeper::run_once()
{
    std::vector<Jobs::LogPlace> places;
    for (const auto& [path, place] : open_)
        places.push_back(place);
    std::size_t settled = 0;
    for (const Jobs::LogPlace& place : places) {
        const Result<bool> done = co_await settle(place);
        const bool is_gone = !done && done.error().code == Errc::not_found; // with its job
        if (!done && !is_gone) {
            log_.warn("log of datum {}: {}; trying again", place.datum_id, done.error().detail);
            continue;
        }
        if (is_gone || *done) {
            open_.erase(place.path);
            ++settled;
        }
    }
    co_return settled;
}

// False: its attempt goes on.
Async<Result<bool>> LogKeeper::settle(Jobs::LogPlace place)
{
    const Result<Jobs::LogPlace> now =
        co_await parts_.jobs.log_place(place.datum_id, place.attempt);
    if (!now)
        co_return now.error();
    if (now->is_live)
        co_return false;
    const Result<LogExtent> here = co_await parts_.jobs.logs().measure(place.path);
    if (!here)
        co_return here.error();
    if (here->end == 0)
        co_return true;
    LogPeers::Name name{place.datum_id, place.attempt};
    const LogPeers::Copy longest = co_await parts_.peers.longest(std::move(name), *here);
    if (!longest.peer.empty())
        co_return true; // that server does the same
    co_await parts_.uploads.complete(place.path);
    LogArchive* const archive = parts_.jobs.log_archive();
    if (!archive)
        co_return true;
    const Result<void> kept = co_await archive->keep(place.name(), place.path);
    if (!kept)
        co_return kept.error();
    co_return true;
}

Async<void> LogKeeper::run()
{
    for (;;) {
        if (open_.empty())
            co_await news_.wait();
        else
            co_await news_.wait_for(look_every);
        const Result<std::size_t> settled = co_await run_once();
        if (settled && *settled > 0)
            log_.debug("{} logs are settled", *settled);
    }
}

Async<void> LogKeeper::stop()
{
    scope_.cancel();
    co_await scope_.join();
    if (open_.empty())
        co_return;
    const Result<std::size_t> settled = co_await with_timeout(run_once(), last_look);
    if (!settled)
        log_.warn("logs of attempts: {}", settled.error().detail);
}

} // namespace sluice
