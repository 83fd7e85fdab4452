// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/worker_threads.h"
#include "exec/attempt_log.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// Writes the logs that remote workers send, piece by piece. Files stay open while they are written
// to; one that was left alone, also by another server, is gone on with where it ends. Lives on the
// loop.
class LogUploads {
public:
    explicit LogUploads(WorkerThreads& threads) : threads_(threads) {}

    struct Piece {
        std::uint64_t offset = 0; // of its first byte in all that the worker sends for the attempt
        std::uint64_t size = 0;
        std::vector<LogChunk> chunks;
        enum class Begin : std::uint8_t { as_it_is, anew };
        Begin begin = Begin::as_it_is; // anew: what is there goes; the offset is 0 then
    };
    struct Reached {
        std::uint64_t end = 0;
        bool accepted = true; // false: a piece before it is missing here
    };
    // Appends a piece and says how far the log goes now; one that is there already is left out, so
    // a repeated call changes nothing. Errors: conflict (the log is complete), overloaded (the same
    // log is being written to), and those of the disk.
    Async<Result<Reached>> append(std::string path, Piece piece);

    // Nothing will follow, of what came here at any time. Fine when nothing ever came.
    Async<void> complete(std::string path);

private:
    using Clock = std::chrono::steady_clock;
    struct Open {
        explicit Open(const std::string& path) { log.emplace(path); }

        std::optional<AttemptLog> log;
        std::uint64_t end = 0; // of what was received
        bool resumed = false;
        bool busy = false;
        Clock::time_point used{};
    };

    static Result<Reached> write(Open& open, const std::string& path, const Piece& piece);
    void close_idle();

    WorkerThreads& threads_;
    std::map<std::string, std::unique_ptr<Open>> open_;
};

} // namespace sluice
