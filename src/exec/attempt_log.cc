// SPDX-License-Identifier: Apache-2.0
#include "exec/attempt_log.h"

#include "exec/attempt_log_format.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <unistd.h>

namespace sluice {

using log_format::Header;
using log_format::Record;

namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

void add_record(std::string& buffer, Time time, OutputStream stream, std::string_view bytes)
{
    const Record record{
        to_micros(time), static_cast<std::uint32_t>(bytes.size()),
        static_cast<std::uint32_t>(stream)};
    buffer.append(reinterpret_cast<const char*>(&record), sizeof record);
    buffer.append(bytes);
}

std::size_t first_record_size(std::string_view records)
{
    Record record;
    std::memcpy(&record, records.data(), sizeof record);
    return sizeof record + record.size;
}

} // namespace

AttemptLog::AttemptLog(std::string path, LogLimits limits)
    : path_(std::move(path)), limits_(limits), head_end_(never)
{}

void AttemptLog::append(Time time, OutputStream stream, std::string_view bytes)
{
    const std::size_t piece_max = std::min<std::size_t>(
        log_format::record_bytes_max, limits_.ring_bytes / 4 - sizeof(Record)
    );
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, piece_max);
        add_record(pending_, time, stream, piece);
        bytes.remove_prefix(piece.size());
    }
    lost_at_ = time;
}

void AttemptLog::fail(std::string_view action, int code)
{
    if (problem_.empty())
        problem_ = os_error(action, path_, code).detail;
}

bool AttemptLog::open()
{
    if (file_)
        return true;
    file_ = Fd{::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
    if (!file_)
        fail("create the log", errno);
    return static_cast<bool>(file_);
}

bool AttemptLog::write_at(std::uint64_t place, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), place);
        if (written < 0) {
            fail("write the log", errno);
            return false;
        }
        place += written;
        bytes.remove_prefix(written);
    }
    return true;
}

bool AttemptLog::write_header()
{
    const Header header{
        log_format::magic,
        closed_ ? 1u : 0u,
        limits_.head_bytes,
        limits_.ring_bytes,
        end_,
        head_end_,
        tail_begin_,
        0};
    return write_at(0, {reinterpret_cast<const char*>(&header), sizeof header});
}

// The cut ends at a mark: the start of some record, one per 1/512 of the ring.
void AttemptLog::move_cut(std::uint64_t new_end)
{
    while (new_end - tail_begin_ > limits_.ring_bytes) {
        while (!marks_.empty() && marks_.front() <= tail_begin_)
            marks_.pop_front();
        tail_begin_ = marks_.empty() ? end_ : marks_.front();
    }
}

bool AttemptLog::write_records(std::string_view records)
{
    while (!records.empty()) {
        // Take as many whole records as stand side by side, and no more than a quarter of the
        // ring, so that the cut never has to move past what is being written.
        const Header now{0, 0, limits_.head_bytes, limits_.ring_bytes, 0, head_end_, 0, 0};
        const bool head = head_end_ == never;
        const std::uint64_t room = head ? limits_.head_bytes - end_ : limits_.ring_bytes / 4;
        std::size_t size = 0;
        while (size < records.size() && size + first_record_size(records.substr(size)) <= room) {
            const std::uint64_t start = end_ + size;
            if (!head && (marks_.empty() || start - marks_.back() >= limits_.ring_bytes / 512))
                marks_.push_back(start);
            size += first_record_size(records.substr(size));
        }
        if (size == 0 && head) {
            head_end_ = tail_begin_ = end_;
            continue;
        }
        if (!head) {
            const std::uint64_t cut_before = tail_begin_;
            move_cut(end_ + size);
            if (tail_begin_ != cut_before && !write_header())
                return false;
        }
        const std::string_view group = records.substr(0, size);
        const std::size_t first = std::min<std::uint64_t>(size, now.room(end_));
        if (!write_at(now.place(end_), group.substr(0, first)) ||
            !write_at(now.place(end_ + first), group.substr(first)))
            return false;
        end_ += size;
        records.remove_prefix(size);
    }
    return true;
}

void AttemptLog::flush()
{
    if (pending_.empty() && lost_bytes_ == 0)
        return;
    std::string records;
    if (lost_bytes_ > 0)
        add_record(
            records, lost_at_, OutputStream::notice,
            fmt::format("[{} bytes were lost here: {}]\n", lost_bytes_, problem_)
        );
    const std::uint64_t end_before = end_;
    const std::size_t notice = records.size();
    records += pending_;
    if (open() && write_records(records) && write_header()) {
        lost_bytes_ = 0;
    } else {
        const std::uint64_t written = end_ - end_before;
        if (written >= notice && notice > 0)
            lost_bytes_ = 0;
        lost_bytes_ += records.size() - std::max<std::uint64_t>(written, notice);
    }
    pending_.clear();
}

void AttemptLog::close()
{
    flush();
    closed_ = true;
    if (file_)
        write_header();
    file_.reset();
}

} // namespace sluice
