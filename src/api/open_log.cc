// SPDX-License-Identifier: Apache-2.0
#include "api/open_log.h"

namespace sluice {

namespace {

// True when it lies here now.
Async<Result<bool>> bring_from_archive(Jobs& jobs, const Jobs::LogPlace& place)
{
    LogArchive* const archive = jobs.log_archive();
    if (!archive || place.is_live)
        co_return false;
    co_return co_await archive->bring(place.name(), place.path);
}

} // namespace

Async<Result<OpenLog>> open_log(LogShelves shelves, std::string datum, int attempt)
{
    Result<Jobs::LogPlace> place = co_await shelves.jobs.log_place(std::move(datum), attempt);
    if (!place)
        co_return place.error();
    OpenLog log;
    log.place = std::move(*place);
    const Result<LogExtent> here = co_await shelves.jobs.logs().measure(log.place.path);
    if (!here)
        co_return here.error();
    log.copy.extent = *here;
    if (here->complete)
        co_return log;
    if (shelves.peers) {
        LogPeers::Name name{log.place.datum_id, log.place.attempt};
        log.copy = co_await shelves.peers->longest(std::move(name), *here);
    }
    if (log.copy.extent.complete)
        co_return log;
    const Result<bool> brought = co_await bring_from_archive(shelves.jobs, log.place);
    if (!brought && log.copy.extent.end == 0)
        co_return brought.error();
    if (!brought || !*brought)
        co_return log;
    const Result<LogExtent> kept = co_await shelves.jobs.logs().measure(log.place.path);
    if (!kept)
        co_return kept.error();
    log.copy = LogPeers::Copy{"", *kept};
    co_return log;
}

Async<Result<LogPage>> read_log(LogShelves shelves, const OpenLog& log, LogPiece piece)
{
    if (log.copy.peer.empty())
        co_return co_await shelves.jobs.logs().read(log.place.path, piece.offset, piece.bytes_max);
    LogPeers::Name name{log.place.datum_id, log.place.attempt};
    Result<LogPeers::Answer> answer =
        co_await shelves.peers->read(log.copy.peer, std::move(name), piece);
    if (!answer)
        co_return answer.error();
    co_return std::move(answer->page);
}

} // namespace sluice
