// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/os.h"
#include "base/time.h"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

// The log of one attempt: what the command wrote, when, on which stream, byte for byte. A file of
// bounded size that can be read from any known offset while it is being written.
//
//   64 bytes   header: magic, sizes of the two parts, how far each goes
//   head       records from offset 0 on, until it is full
//   ring       the newest records; older ones are overwritten and become the cut
//
// A record is {time in microseconds: 8, size: 4, stream: 4, bytes}, little endian. Offsets count
// the record bytes ever written, so they stay good when the middle is cut. The writer moves the cut
// in the header before it overwrites, and the end after it has written.

namespace sluice {

enum class OutputStream : std::uint32_t {
    out = 1,
    err = 2,
    notice = 3, // not by the command: what was cut or could not be written
};

struct LogLimits {
    std::uint64_t head_bytes = 32u << 20;
    std::uint64_t ring_bytes = 32u << 20;
};

// Writes a log. A disk that is full never fails it: the loss is noted in the log when there is
// room again, and in problem(). Use one thread at a time; flush() and close() block.
class AttemptLog {
public:
    explicit AttemptLog(std::string path, LogLimits limits = {});

    // Goes on with the log where an earlier writer of the same limits has left it, if there is one
    // that is not complete. Call it before the first append().
    Result<void> resume();

    // Bytes of records ever written: the offset of the next one.
    std::uint64_t end() const { return end_; }

    void append(Time time, OutputStream stream, std::string_view bytes);
    std::size_t pending_bytes() const { return pending_.size(); }

    // Writes what was appended; the file is made by the first. Readers see it from then on.
    void flush();

    // Flushes and marks the log complete.
    void close();

    // What went wrong; empty when everything was written.
    const std::string& problem() const { return problem_; }

private:
    bool open();
    bool write_at(std::uint64_t offset, std::string_view bytes);
    bool write_header();
    bool write_records(std::string_view records);
    void fail(std::string_view action, int code);
    void move_cut(std::uint64_t new_end);

    std::string path_;
    LogLimits limits_;
    Fd file_;
    std::string pending_;
    std::uint64_t end_ = 0;
    std::uint64_t head_end_;       // UINT64_MAX until the head is full
    std::uint64_t tail_begin_ = 0; // the oldest record in the ring
    std::deque<std::uint64_t> marks_;
    std::uint64_t lost_bytes_ = 0;
    Time lost_at_{};
    bool closed_ = false;
    std::string problem_;
};

struct LogChunk {
    Time time{};
    OutputStream stream = OutputStream::out;
    std::string bytes;

    friend bool operator==(const LogChunk&, const LogChunk&) = default;
};

struct LogPage {
    std::vector<LogChunk> chunks;
    std::uint64_t next = 0; // where to go on
    bool complete = false;  // nothing will ever come after `next`
};

// Chunks from `offset` (0, or the `next` of a page) on, at least one if there is any and about
// `bytes_max` at most. A log that does not exist (yet) is empty. Blocking. Errors: corrupt, and
// those of reading.
Result<LogPage>
read_attempt_log(const std::string& path, std::uint64_t offset, std::size_t bytes_max = 1u << 20);

// How far a log goes.
struct LogExtent {
    std::uint64_t end = 0; // bytes of records ever written
    bool complete = false; // nothing will ever come after them

    friend bool operator==(const LogExtent&, const LogExtent&) = default;
};

// Of a log that does not exist (yet): nothing. Blocking. Errors: corrupt, and those of reading.
Result<LogExtent> measure_attempt_log(const std::string& path);

} // namespace sluice
