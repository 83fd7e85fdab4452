// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

// Signatures of outgoing messages as Standard Webhooks 1.0.0 (standardwebhooks.com) says, so that
// receivers check them with any of its libraries.

// A secret that both sides know. It is never shown.
class WebhookSecret {
public:
    static constexpr std::size_t bytes_min = 24; // the least that the standard accepts
    static constexpr std::size_t bytes_max = 512;

    // "whsec_" and base64, or any other text, which then is the key as it is. Errors (invalid): not
    // base64, too short, too long; they never hold a part of the secret.
    static Result<WebhookSecret> parse(std::string_view text);

    const std::string& key() const { return key_; }

private:
    explicit WebhookSecret(std::string key) : key_(std::move(key)) {}

    std::string key_;
};

// What is signed. The first two are sent as `webhook-id` and `webhook-timestamp`.
struct SignedMessage {
    std::string_view id;          // the same for each try; has no dots, which separate the parts
    std::int64_t sent_at_seconds; // since 1970, of this try
    std::string_view body;        // the bytes that are sent
};

// The value of `webhook-signature`: "v1," and the HMAC-SHA-256 of "id.timestamp.body" in base64;
// one for each secret, separated by blanks, so that secrets can be exchanged without a gap.
std::string webhook_signature(const SignedMessage& message, std::span<const WebhookSecret> secrets);

} // namespace sluice
