// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// CRC-32C (Castagnoli, RFC 3720), by the processor's instruction where it has one. `before` is that
// of the bytes before these.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

// The same from a table, on any processor.
std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t before = 0);

// That of two pieces one behind the other, from theirs.
std::uint32_t crc32c_combine(std::uint32_t first, std::uint32_t second, std::uint64_t second_bytes);

// Base64 of the four bytes, big endian, as bucket services write it: "4waSgw==".
std::string encode_crc32c(std::uint32_t crc);
std::optional<std::uint32_t> parse_crc32c(std::string_view base64);

} // namespace sluice
