// SPDX-License-Identifier: Apache-2.0
#include "net/webhook_signature.h"

#include "base/assert.h"
#include "net/credentials.h"
#include "net/hmac.h"

#include <fmt/format.h>

#include <optional>

namespace sluice {

Result<WebhookSecret> WebhookSecret::parse(std::string_view text)
{
    constexpr std::string_view prefix = "whsec_";
    std::optional<std::string> key{std::string(text)};
    if (text.starts_with(prefix))
        key = decode_base64(text.substr(prefix.size()));
    if (!key)
        return Error{Errc::invalid, "a signing secret that begins with 'whsec_' goes on in base64"};
    if (key->size() < bytes_min || key->size() > bytes_max)
        return Error{
            Errc::invalid, fmt::format(
                               "a signing secret has from {} to {} bytes, not {}", bytes_min,
                               bytes_max, key->size()
                           )};
    return WebhookSecret(std::move(*key));
}

std::string webhook_signature(const SignedMessage& message, std::span<const WebhookSecret> secrets)
{
    SLUICE_ASSERT(message.id.find('.') == std::string_view::npos);
    const std::string content =
        fmt::format("{}.{}.{}", message.id, message.sent_at_seconds, message.body);
    std::string signatures;
    for (const WebhookSecret& secret : secrets) {
        if (!signatures.empty())
            signatures += ' ';
        signatures += "v1," + encode_base64(hmac_sha256(secret.key(), content));
    }
    return signatures;
}

} // namespace sluice
