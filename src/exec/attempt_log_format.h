// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

// The two structures of the log file; attempt_log.h describes it.

namespace sluice::log_format {

static_assert(std::endian::native == std::endian::little, "the file is little endian");

inline constexpr std::uint64_t magic = 0x31474f4c43554c53; // "SLUCLOG1"

struct Header {
    std::uint64_t magic;
    std::uint64_t closed;
    std::uint64_t head_bytes;
    std::uint64_t ring_bytes;
    std::uint64_t end;
    std::uint64_t head_end;
    std::uint64_t tail_begin;
    std::uint64_t reserved;

    bool in_head(std::uint64_t offset) const { return offset < head_end; }
    bool is_cut(std::uint64_t offset) const { return offset >= head_end && offset < tail_begin; }

    std::uint64_t place(std::uint64_t offset) const
    {
        if (in_head(offset))
            return sizeof(Header) + offset;
        return sizeof(Header) + head_bytes + (offset - head_end) % ring_bytes;
    }

    // How many bytes from `offset` on stand side by side in the file.
    std::uint64_t room(std::uint64_t offset) const
    {
        if (in_head(offset))
            return head_end - offset;
        return ring_bytes - (offset - head_end) % ring_bytes;
    }
};
static_assert(sizeof(Header) == 64);

struct Record {
    std::int64_t time;
    std::uint32_t size;
    std::uint32_t stream;
};
static_assert(sizeof(Record) == 16);

inline constexpr std::uint32_t record_bytes_max = 64u << 10; // without its header

} // namespace sluice::log_format
