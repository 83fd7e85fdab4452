// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "blob/object_service.h"
#include "blob/s3/s3_xml.h"

#include <optional>
#include <string>
#include <string_view>

// What a refusal of S3 means, in words for people. Pure.

namespace sluice {

// What was asked for, as it is told: "cannot <verb> 's3://b/k'", and the right that it takes.
struct S3Action {
    std::string_view verb;  // "read"
    std::string_view right; // "s3:GetObject"
};

namespace s3_actions {
inline constexpr S3Action list{"list", "s3:ListBucket"};
inline constexpr S3Action read{"read", "s3:GetObject"};
inline constexpr S3Action write{"write", "s3:PutObject"};
inline constexpr S3Action abort{"abort the upload of", "s3:AbortMultipartUpload"};
inline constexpr S3Action remove{"remove", "s3:DeleteObject"};
} // namespace s3_actions

struct S3Refusal {
    S3Action action;
    ObjectName name;
    int status = 0;
    S3Error error;                        // as the answer tells it; its message holds no secret
    std::optional<Time> server_time = {}; // of the answer's Date
    Time now = {};
    std::string region = {}; // that was asked
};

// Codes: not_found, unauthorized, conflict (another version), corrupt (a checksum), unavailable
// (the same may succeed later), else invalid.
Error s3_error(const S3Refusal& refusal);

// True when the service says that the credentials are over, not that they lack a right.
bool says_credentials_ended(const S3Error& error);

// 's3://bucket/key' on one line for people, in quotes.
std::string s3_uri(const ObjectName& name);

} // namespace sluice
