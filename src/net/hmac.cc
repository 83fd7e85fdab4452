// SPDX-License-Identifier: Apache-2.0
#include "net/hmac.h"

#include "base/assert.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

namespace sluice {

Sha256 hmac_sha256(std::string_view key, std::string_view message)
{
    Sha256 code{};
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    const unsigned char* done = HMAC(
        EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, message.size(), code.data(),
        nullptr
    );
    SLUICE_ASSERT(done);
    return code;
}

std::string encode_base64(std::span<const std::uint8_t> bytes)
{
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0'); // OpenSSL ends it with a NUL byte
    const int size = EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size())
    );
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::string encode_base64url(std::span<const std::uint8_t> bytes)
{
    std::string text = encode_base64(bytes);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    text.resize(std::min(text.size(), text.find('=')));
    return text;
}

} // namespace sluice
