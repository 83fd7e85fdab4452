// SPDX-License-Identifier: Apache-2.0
#include "api/keys.h"

#include <fmt/format.h>
#include <openssl/sha.h>

namespace sluice {

std::string make_api_key(Random& random)
{
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    return "sluice_" + random_text(random, alphabet, 40);
}

std::string hash_api_key(std::string_view key)
{
    return sha256_hex(key);
}

std::string sha256_hex(std::string_view text)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    std::string hex;
    for (const unsigned char byte : digest)
        hex += fmt::format("{:02x}", byte);
    return hex;
}

} // namespace sluice
