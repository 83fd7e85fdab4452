// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

using Sha256 = std::array<std::uint8_t, 32>;

// HMAC with SHA-256 (RFC 2104).
Sha256 hmac_sha256(std::string_view key, std::string_view message);

// Standard base64 with padding (RFC 4648, section 4), and the form for URLs without (section 5).
std::string encode_base64(std::span<const std::uint8_t> bytes);
std::string encode_base64url(std::span<const std::uint8_t> bytes);

} // namespace sluice
