// SPDX-License-Identifier: Apache-2.0
#include "exec/attempt_log.h"
#include "exec/attempt_log_format.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace sluice {

using log_format::Header;
using log_format::Record;

namespace {

Error corrupt(const std::string& path, std::uint64_t offset)
{
    return {
        Errc::corrupt,
        fmt::format("the log '{}' is damaged at offset {}", printable_path(path), offset)};
}

// Everything side by side from `place` on, up to `size` bytes.
Result<std::string>
read_at(const Fd& file, std::uint64_t place, std::size_t size, const std::string& path)
{
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t got = ::pread(file.get(), bytes.data() + done, size - done, place + done);
        if (got < 0)
            return os_error("read the log", path, errno);
        if (got == 0)
            break;
        done += got;
    }
    bytes.resize(done);
    return bytes;
}

Result<Header> read_header(const Fd& file, const std::string& path)
{
    Result<std::string> bytes = read_at(file, 0, sizeof(Header), path);
    if (!bytes)
        return bytes.error();
    Header header{};
    std::memcpy(&header, bytes->data(), bytes->size());
    if (header.magic == 0)
        header.ring_bytes = 1; // made this moment, the header is not written yet
    else if (header.magic != log_format::magic || header.ring_bytes == 0)
        return corrupt(path, 0);
    return header;
}

Result<std::string> read_range(
    const Fd& file, const Header& header, std::uint64_t offset, std::size_t size,
    const std::string& path
)
{
    const std::size_t first = std::min<std::uint64_t>(size, header.room(offset));
    Result<std::string> bytes = read_at(file, header.place(offset), first, path);
    if (!bytes || first == size || bytes->size() < first)
        return bytes;
    Result<std::string> rest = read_at(file, header.place(offset + first), size - first, path);
    if (!rest)
        return rest;
    *bytes += *rest;
    return bytes;
}

// Whole records at the start of `bytes`; false when there is nonsense.
bool parse(std::string_view bytes, LogPage& page)
{
    while (bytes.size() >= sizeof(Record)) {
        Record record;
        std::memcpy(&record, bytes.data(), sizeof record);
        if (record.size > log_format::record_bytes_max || record.stream < 1 || record.stream > 3)
            return false;
        if (bytes.size() < sizeof record + record.size)
            break;
        page.chunks.push_back(
            {from_micros(record.time), static_cast<OutputStream>(record.stream),
             std::string(bytes.substr(sizeof record, record.size))}
        );
        page.next += sizeof record + record.size;
        bytes.remove_prefix(sizeof record + record.size);
    }
    return true;
}

LogChunk cut_notice(std::uint64_t bytes)
{
    return {Time{}, OutputStream::notice, fmt::format("[{} bytes were cut here]\n", bytes)};
}

} // namespace

Result<LogPage> read_attempt_log(const std::string& path, std::uint64_t offset, std::size_t size)
{
    LogPage page;
    page.next = offset;
    const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file)
        return errno == ENOENT ? Result<LogPage>(page) : os_error("read the log", path, errno);
    for (int tries = 0; tries < 100; ++tries) {
        const Result<Header> header = read_header(file, path);
        if (!header)
            return header.error();
        page = {};
        page.next = offset;
        if (header->is_cut(offset)) {
            page.chunks.push_back(cut_notice(header->tail_begin - offset));
            page.next = header->tail_begin;
        }
        if (page.next < header->end) {
            // Room for one record of any size beyond what was asked.
            const std::uint64_t most = size + sizeof(Record) + log_format::record_bytes_max;
            std::uint64_t wanted = std::min(most, header->end - page.next);
            if (header->in_head(page.next))
                wanted = std::min(wanted, header->head_end - page.next);
            Result<std::string> bytes = read_range(file, *header, page.next, wanted, path);
            if (!bytes)
                return bytes.error();
            const std::uint64_t start = page.next;
            const bool sound = parse(*bytes, page);
            // The writer may have come round and overwritten what was read.
            const Result<Header> after = read_header(file, path);
            if (after && after->is_cut(start))
                continue;
            if (!sound || page.next == start)
                return corrupt(path, start);
        }
        page.complete = header->closed != 0 && page.next >= header->end;
        return page;
    }
    return Error{Errc::overloaded, "the log is written faster than it can be read"};
}

Result<LogExtent> measure_attempt_log(const std::string& path)
{
    LogExtent extent;
    const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file)
        return errno == ENOENT ? Result<LogExtent>(extent) : os_error("read the log", path, errno);
    const Result<Header> header = read_header(file, path);
    if (!header)
        return header.error();
    extent.end = header->end;
    extent.complete = header->closed != 0;
    return extent;
}

} // namespace sluice
