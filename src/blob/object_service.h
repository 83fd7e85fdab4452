// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/blob_store.h"
#include "net/digest.h"
#include "net/http_client.h"

#include <functional>
#include <optional>

namespace sluice {

struct ObjectName {
    std::string bucket;
    std::string key; // raw bytes

    friend bool operator==(const ObjectName&, const ObjectName&) = default;
};

// What is asked of a bucket, as errors tell it: "cannot <verb> 's3://b/k'".
struct BucketAction {
    std::string_view verb;  // "read"
    std::string_view right; // that it takes, "s3:GetObject"
};

// One answer to a listing.
struct ObjectPage {
    std::vector<BlobEntry> entries; // whole keys, folders without their last slash, in any order
    std::string next;               // token of the next page; empty: this is the last one
};

// What the head of an answer tells of an object.
struct ObjectHead {
    std::uint64_t size = 0; // of the whole object, also when a range was asked for
    std::string version;    // ETag or generation
    std::optional<std::uint32_t> crc32c = {}; // of the whole object
    std::optional<Md5> md5 = {};              // likewise
};

struct ReadObject {
    ObjectName name;
    std::uint64_t first = 0;                 // bytes before the range
    std::optional<std::uint64_t> count = {}; // of the range; nothing: the whole object, no range
    std::string version = {};                // empty: whichever there is; another one: conflict
    std::function<void(const ObjectHead&)> on_head = nullptr; // once, before the body
    BodySink* sink = nullptr; // gets the body; it wants that of 200 and 206
};

// What libcurl holds of the body of a range, which is large: fewer, longer writes. Objects are
// small more often than not, so their requests make do with what the client has.
inline constexpr std::size_t range_buffer_bytes = 512u << 10;

using SharedBytes = std::shared_ptr<const std::string>;

struct UploadPart {
    ObjectName name;
    std::string upload; // from begin_upload()
    int number = 1;
    std::uint64_t offset = 0;
    std::uint64_t total = 0; // bytes of the whole object
    SharedBytes bytes = nullptr;
    std::uint32_t crc32c = 0; // of these bytes
};

struct FinishUpload {
    ObjectName name;
    std::string upload;
    std::uint64_t total = 0;                 // bytes of the whole object
    std::uint32_t crc32c = 0;                // of the whole object
    std::vector<std::string> receipts = {};  // of the parts, in order
    std::vector<std::uint32_t> crc32cs = {}; // likewise
};

// One kind of bucket service, one request for each call: what S3 and GCS differ in. No call tries
// again: unavailable, timed_out and overloaded say that the same call may succeed later; it then
// signs anew. corrupt says that a checksum did not agree: the same call may succeed too. Errors
// name the object as a URI, and never hold a secret. Cancellation ends a request. Lives on the
// loop.
class ObjectService {
public:
    virtual ~ObjectService() = default;

    virtual std::string_view scheme() const = 0; // "s3"

    struct ListObjects {
        ObjectName prefix; // its key ends with a slash or is empty
        ListDepth depth = ListDepth::recursive;
        std::string token = {}; // of the page before; empty: the first
    };
    // Errors: not_found (there is no such bucket).
    virtual Async<Result<ObjectPage>> list(ListObjects request) = 0;

    // A success says that the sink got all that was asked for, or wanted no more. Errors:
    // not_found, conflict (another version), corrupt (a checksum that the service sent).
    virtual Async<Result<void>> read(ReadObject request) = 0;

    // A whole object at once. It replaces what was there, and is durable after a success.
    virtual Async<Result<void>> write(ObjectName name, SharedBytes bytes, std::uint32_t crc32c) = 0;

    // An object in parts: begin, the parts, then finish or abort. The result names the upload.
    virtual Async<Result<std::string>> begin_upload(ObjectName name) = 0;

    // A receipt for finish_upload(). With parts_in_order() part n is sent when n-1 is there.
    // Errors: not_found, as of finish_upload(): the service has lost the upload; another one may
    // succeed.
    virtual Async<Result<std::string>> write_part(UploadPart part) = 0;
    virtual bool parts_in_order() const = 0;

    // After an answer that was lost the same call succeeds when the object is there.
    virtual Async<Result<void>> finish_upload(FinishUpload request) = 0;
    virtual Async<Result<void>>
    abort_upload(ObjectName name, std::string upload) = 0; // fine if gone

    virtual Async<Result<void>> remove(ObjectName name) = 0; // fine if there is none
};

} // namespace sluice
