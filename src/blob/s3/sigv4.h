// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "net/http.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// Secrets: never in a text that anybody sees.
struct AwsCredentials {
    std::string access_key;
    std::string secret_key;
    std::string session_token = {};      // empty: none
    std::optional<Time> expires_at = {}; // nothing: never

    friend bool operator==(const AwsCredentials&, const AwsCredentials&) = default;
};

// In place of the body's hash: what stands in the signed headers (a checksum) vouches for the body.
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

struct SigningInput {
    Method method = Method::get;
    std::string host;              // with the port unless it is the usual one
    std::string path = "/";        // as it is sent, encoded
    std::vector<Field> query = {}; // decoded, in any order
    Headers headers = {};          // all of them are signed
    std::string payload_hash = std::string(unsigned_payload);
    std::string region;
    std::string service = "s3";
    Time at;
};

// The headers of a request with Signature Version 4: those given, X-Amz-Date, X-Amz-Content-Sha256
// (for s3), X-Amz-Security-Token (with a session token) and Authorization. Pure.
Headers sign_v4(const SigningInput& input, const AwsCredentials& credentials);

// A key as it stands in a path: everything is percent-encoded but A-Z a-z 0-9 - . _ ~ and '/'.
std::string encode_key(std::string_view key);

// A query as it is signed and sent: encoded, sorted, without "?". Empty for no fields.
std::string encode_query(const std::vector<Field>& query);

} // namespace sluice
