// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/bucket_store.h"

// The parts of the bucket store, a file for each.

namespace sluice {

class StopEvent;

// What the transfers of one call share, in the frame of that call.
struct BucketCall {
    const BucketParts& parts;
    ObjectService& service;
    StopEvent& stop;
};

// "'s3://bucket/key'", for error texts.
std::string shown(const ObjectService& service, const ObjectName& name);

// Neither may be cancelled: their end is `call.stop`. Errors: conflict when they were stopped, when
// the object or the file changed meanwhile, and when the target file exists; corrupt.
Async<Result<void>> fetch_object(BucketCall& call, ObjectName name, std::string file);
Async<Result<void>> upload_object(BucketCall& call, ObjectName name, std::string file);

// Ends an upload that failed, within `limits.tidy_up`; a failure of this is only logged.
Async<void> tidy_up_upload(BucketCall& call, ObjectName name, std::string upload);

std::unique_ptr<BlobListing> make_bucket_listing(
    const BucketParts& parts, ObjectService& service, ObjectName prefix, ListDepth depth
);

} // namespace sluice
