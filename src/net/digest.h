// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "net/hmac.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

using Md5 = std::array<std::uint8_t, 16>;

Sha256 sha256(std::string_view bytes);

// For services that know nothing better; it protects against accidents only.
Md5 md5(std::string_view bytes);

// The same of bytes that come piece by piece. One thread at a time.
class Md5Sum {
public:
    Md5Sum();
    ~Md5Sum();
    Md5Sum(Md5Sum&&) noexcept;
    Md5Sum& operator=(Md5Sum&&) noexcept;

    void add(std::string_view bytes);
    Md5 end(); // once, after the last piece

private:
    struct State;
    std::unique_ptr<State> state_;
};

std::string encode_hex(std::span<const std::uint8_t> bytes); // lower case

// RS256 (RFC 7518, section 3.3) with a private key in PEM that has no password. The signature is
// bytes, not text. Errors (invalid): no such key; the text never holds a part of it.
Result<std::string> sign_rs256(std::string_view pem_key, std::string_view message);

} // namespace sluice
