// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "blob/object_service.h"

#include <optional>
#include <string>
#include <string_view>

// What Google Cloud Storage answers to its JSON API. Pure.

namespace sluice {

// A page of a listing. Errors (unavailable): no such page; a body that was cut may look like that.
Result<ObjectPage> read_object_list(const Json& answer);

ObjectHead read_media_head(const Headers& headers);

// The bytes that an upload has got, of the Range header of a 308: "bytes=0-41" is 42. Nothing:
// something else.
std::optional<std::uint64_t> committed_bytes(std::string_view range_header);

// What tells of an object that has been written.
struct WrittenObject {
    std::string generation;
    std::optional<std::uint32_t> crc32c; // of what the service has stored

    friend bool operator==(const WrittenObject&, const WrittenObject&) = default;
};
WrittenObject read_written_object(std::string_view body); // empty members: it does not say

namespace gcs_actions {
inline constexpr BucketAction list{"list", "storage.objects.list"};
inline constexpr BucketAction read{"read", "storage.objects.get"};
inline constexpr BucketAction write{"write", "storage.objects.create"};
inline constexpr BucketAction abort{"abort the upload of", "storage.objects.create"};
inline constexpr BucketAction remove{"remove", "storage.objects.delete"};
} // namespace gcs_actions

struct GcsRefusal {
    BucketAction action;
    ObjectName name;
    int status = 0;
    std::string_view body; // JSON or plain text; no part of it is secret
};

// Codes: not_found, unauthorized, conflict (another version), corrupt (a checksum), overloaded and
// unavailable (the same may succeed later), else invalid.
Error gcs_error(const GcsRefusal& refusal);

// "gs://bucket/key" on one line for people.
std::string gcs_uri(const ObjectName& name);

} // namespace sluice
