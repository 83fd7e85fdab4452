// SPDX-License-Identifier: Apache-2.0
#include "net/access_token.h"

#include "base/assert.h"
#include "net/hmac.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

namespace sluice {

std::string make_access_token(std::string_view key, const TokenSubject& subject)
{
    // An empty key would let anybody make tokens.
    SLUICE_ASSERT(!key.empty() && subject.purpose.find(':') == std::string_view::npos);
    return encode_base64url(hmac_sha256(key, fmt::format("{}:{}", subject.purpose, subject.name)));
}

bool is_access_token(std::string_view token, std::string_view key, const TokenSubject& subject)
{
    const std::string good = make_access_token(key, subject);
    return token.size() == good.size() &&
           CRYPTO_memcmp(token.data(), good.data(), good.size()) == 0;
}

} // namespace sluice
