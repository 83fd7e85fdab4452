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

namespace s3_actions {
inline constexpr BucketAction list{"list", "s3:ListBucket"};
inline constexpr BucketAction read{"read", "s3:GetObject"};
inline constexpr BucketAction write{"write", "s3:PutObject"};
inline constexpr BucketAction abort{"abort the upload of", "s3:AbortMultipartUpload"};
inline constexpr BucketAction remove{"remove", "s3:DeleteObject"};
} // namespace s3_actions

struct S3Refusal {
    BucketAction action;
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
