// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/blob_store.h"
#include "model/object_uri.h"

#include <memory>
#include <string>
#include <string_view>

namespace sluice {

class WorkerThreads;

// Several stores behind one BlobStore: each place goes to the store of its scheme. Errors (invalid)
// beside those of the stores: a scheme that has none.
class BlobStores final : public BlobStore {
public:
    // The buckets may be null.
    explicit BlobStores(
        std::shared_ptr<BlobStore> files, std::shared_ptr<BlobStore> s3 = nullptr,
        std::shared_ptr<BlobStore> gcs = nullptr
    );

    std::unique_ptr<BlobListing> list(std::string place, ListDepth depth) override;
    Async<Result<void>> fetch(std::vector<Transfer> transfers, TransferOptions options) override;
    Async<Result<void>> upload(std::vector<Transfer> transfers, TransferOptions options) override;
    Async<Result<void>> remove(std::string root, std::vector<std::string> objects) override;
    Async<Result<void>> check_writable(std::string place) override;

private:
    Result<BlobStore*> store_of(std::string_view place) const;

    std::shared_ptr<BlobStore> files_;
    std::shared_ptr<BlobStore> s3_;
    std::shared_ptr<BlobStore> gcs_;
};

// Files alone: buckets are refused.
std::shared_ptr<BlobStore> make_local_blobs(WorkerThreads& threads);

// How a BlobStore spells a place: raw bytes, nothing encoded.
std::string blob_place(const ObjectUri& uri);

// The object of a file `path` (raw bytes) below the folder `egress`.
std::string blob_below(const ObjectUri& egress, std::string_view path);

} // namespace sluice
