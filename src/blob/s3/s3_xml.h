// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/object_service.h"
#include "blob/s3/sigv4.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The XML documents of S3 and STS, read as streams. What is no such document is `unavailable`: a
// body that was cut short looks like that, and the next answer may be whole.

namespace sluice {

// A page of ListObjectsV2; keys that are URL-encoded are decoded.
Result<ObjectPage> parse_object_list(std::string_view xml);

struct S3Error {
    std::string code; // "NoSuchKey"; empty: no error document
    std::string message;
    std::string region; // of answers that say where a bucket is
};

// An error document of S3 or STS; what is none has an empty code.
S3Error parse_s3_error(std::string_view xml);

// Of InitiateMultipartUploadResult.
Result<std::string> parse_upload_id(std::string_view xml);

// The body that completes an upload of these parts, in order. `crc32cs` is empty or has one for
// each part.
std::string complete_upload_xml(
    const std::vector<std::string>& etags, const std::vector<std::uint32_t>& crc32cs
);

// Whether the answer says that an upload is complete: S3 begins it with 200 before it knows.
bool says_upload_complete(std::string_view xml);

// Of AssumeRoleWithWebIdentityResponse.
Result<AwsCredentials> parse_assumed_role(std::string_view xml);

} // namespace sluice
