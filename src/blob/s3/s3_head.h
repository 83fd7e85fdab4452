// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/object_service.h"

#include <optional>
#include <string_view>
#include <vector>

// What the head of an S3 answer tells of an object. Pure.

namespace sluice {

// Of a GET that asked for the bytes from `first` on: 200 is the whole object, 206 a range. The
// version is the ETag as it was sent. Errors: unavailable (no size), invalid (other bytes than were
// asked for).
Result<ObjectHead> read_s3_head(int status, const Headers& headers, std::uint64_t first);

// The MD5 that an ETag is; nothing where it is another thing: of objects in parts, and of those
// that are encrypted with a key of the customer's.
std::optional<Md5> md5_of_etag(const Headers& headers);

// Whether the head of an object (of HEAD) can be that of an upload in parts with these ETags.
bool is_upload_of(
    const Headers& headers, std::uint64_t size, const std::vector<std::string>& part_etags
);

} // namespace sluice
