// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exec/command.h"
#include "exec/command_process.h"
#include "exec/memory_kills.h"

namespace sluice {

// One run of a command, without its coroutine. Everything that can happen makes one descriptor
// readable: output, a report of the keeper, its end, the end of the grace period. Methods marked
// [thread] block and belong on a worker thread, the others on the loop; never two at a time.
class Attempt {
public:
    Attempt(const Command& command, Stragglers stragglers, const Clock& clock, MemoryKills& kills);

    Result<void> start(); // [thread]

    // Becomes readable when collect() has something to do.
    int events() const { return events_.get(); }

    // SIGTERM now, SIGKILL after the grace period.
    void stop();

    // Takes what has come, at most 512 KiB of output.
    void collect();

    bool has_output() const { return !collected_.empty(); }
    void write_output(); // [thread]

    // The command has ended and nothing it started is left.
    bool is_over() const { return over_; }

    // Takes the rest of the output and closes the log.
    Result<CommandEnd> finish(); // [thread]

private:
    bool watch(int fd);
    void drain(int fd, OutputStream stream, std::size_t bytes_max);
    void remember_tail(std::string_view bytes);
    Result<CommandEnd> ended();
    CommandEnd end_of(int status);

    const Command& command_;
    Stragglers stragglers_;
    const Clock& clock_;
    MemoryKills& kills_;
    AttemptLog log_;
    std::unique_ptr<CommandProcess> process_;
    Fd events_;
    Fd timer_;
    std::vector<LogChunk> collected_;
    std::string buffer_; // reused by every read
    std::string tail_;
    std::optional<KeeperReport> report_;
    bool over_ = false;
};

} // namespace sluice
