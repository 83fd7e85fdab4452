// SPDX-License-Identifier: Apache-2.0
#include "api/log_uploads.h"

#include "base/time.h"

#include <filesystem>
#include <unistd.h>

namespace sluice {

namespace {

constexpr std::size_t open_max = 256;
constexpr std::chrono::minutes idle_max{5};

} // namespace

Async<Result<LogUploads::Reached>> LogUploads::append(std::string path, Piece piece)
{
    if (open_.size() >= open_max)
        close_idle();
    std::unique_ptr<Open>& place = open_[path];
    if (!place)
        place = std::make_unique<Open>(path);
    Open& open = *place;
    if (open.busy)
        co_return Error{Errc::overloaded, "another piece of this log is being written"};
    open.busy = true;
    open.used = Clock::now();
    auto work = [&open, &path, &piece] { return write(open, path, piece); };
    const Result<Reached> reached = co_await threads_.run(work);
    open.busy = false;
    co_return reached;
}

// On a thread; the caller waits.
Result<LogUploads::Reached>
LogUploads::write(Open& open, const std::string& path, const Piece& piece)
{
    if (piece.begin == Piece::Begin::anew) {
        open.log.emplace(path);
        ::unlink(path.c_str()); // whoever reads it goes on with what it has opened
        open.end = 0;
        open.resumed = false;
    }
    if (!open.resumed) {
        std::error_code ignored; // the log itself says what is wrong
        std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
        const Result<void> resumed = open.log->resume();
        if (!resumed)
            return resumed.error();
        open.end = open.log->end();
        open.resumed = true;
    }
    if (piece.offset + piece.size <= open.end)
        return Reached{open.end, true};
    if (piece.offset != open.end)
        return Reached{open.end, false};
    for (const LogChunk& chunk : piece.chunks)
        open.log->append(chunk.time, chunk.stream, chunk.bytes);
    open.log->flush();
    open.end += piece.size;
    return Reached{open.end, true};
}

Async<void> LogUploads::complete(std::string path)
{
    const auto place = open_.find(path);
    if (place != open_.end() && place->second->busy)
        co_return;
    std::unique_ptr<Open> open;
    if (place != open_.end()) {
        open = std::move(place->second);
        open_.erase(place);
    } else {
        open = std::make_unique<Open>(path);
    }
    const auto work = [&open] {
        if (!open->resumed && !open->log->resume())
            return; // it is complete
        if (open->log->end() > 0)
            open->log->close();
    };
    co_await threads_.run(work);
}

void LogUploads::close_idle()
{
    const Clock::time_point oldest = Clock::now() - idle_max;
    std::erase_if(open_, [&](const auto& entry) {
        return !entry.second->busy && entry.second->used < oldest;
    });
}

} // namespace sluice
