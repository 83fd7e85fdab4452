// SPDX-License-Identifier: Apache-2.0
#include "batch/blob_stores.h"

#include "async/worker_threads.h"
#include "base/os.h"
#include "blob/file_blob_store.h"

#include <fmt/format.h>

namespace sluice {

namespace {

class NoListing final : public BlobListing {
public:
    explicit NoListing(Error error) : error_(std::move(error)) {}

    Async<Result<std::vector<BlobEntry>>> next_page() override { co_return error_; }

private:
    Error error_;
};

} // namespace

BlobStores::BlobStores(
    std::shared_ptr<BlobStore> files, std::shared_ptr<BlobStore> s3, std::shared_ptr<BlobStore> gcs
)
    : files_(std::move(files)), s3_(std::move(s3)), gcs_(std::move(gcs))
{}

std::shared_ptr<BlobStore> make_local_blobs(WorkerThreads& threads)
{
    return std::make_shared<BlobStores>(make_file_blob_store(threads));
}

Result<BlobStore*> BlobStores::store_of(std::string_view place) const
{
    BlobStore* store = files_.get();
    if (place.starts_with("s3://"))
        store = s3_.get();
    else if (place.starts_with("gs://"))
        store = gcs_.get();
    if (store)
        return store;
    return Error{
        Errc::invalid, fmt::format(
                           "'{}': there is no way to {} here; accepted: file:///path",
                           printable_path(place), place.substr(0, 5)
                       )};
}

std::unique_ptr<BlobListing> BlobStores::list(std::string place, ListDepth depth)
{
    const Result<BlobStore*> store = store_of(place);
    if (!store)
        return std::make_unique<NoListing>(store.error());
    return (*store)->list(std::move(place), depth);
}

Async<Result<void>> BlobStores::fetch(std::vector<Transfer> transfers, TransferOptions options)
{
    // One piece for each change of the store: they go in order and stop at the first error.
    std::size_t first = 0;
    while (first < transfers.size()) {
        const Result<BlobStore*> store = store_of(transfers[first].object);
        if (!store)
            co_return store.error();
        std::vector<Transfer> piece;
        while (first < transfers.size() && store_of(transfers[first].object) == store)
            piece.push_back(std::move(transfers[first++]));
        const Result<void> fetched = co_await (*store)->fetch(std::move(piece), options);
        if (!fetched)
            co_return fetched.error();
    }
    co_return Result<void>();
}

Async<Result<void>> BlobStores::upload(std::vector<Transfer> transfers, TransferOptions options)
{
    std::size_t first = 0;
    while (first < transfers.size()) {
        const Result<BlobStore*> store = store_of(transfers[first].object);
        if (!store)
            co_return store.error();
        std::vector<Transfer> piece;
        while (first < transfers.size() && store_of(transfers[first].object) == store)
            piece.push_back(std::move(transfers[first++]));
        const Result<void> uploaded = co_await (*store)->upload(std::move(piece), options);
        if (!uploaded)
            co_return uploaded.error();
    }
    co_return Result<void>();
}

Async<Result<void>> BlobStores::remove(std::string root, std::vector<std::string> objects)
{
    const Result<BlobStore*> store = store_of(root);
    if (!store)
        co_return store.error();
    co_return co_await (*store)->remove(std::move(root), std::move(objects));
}

Async<Result<void>> BlobStores::check_writable(std::string place)
{
    const Result<BlobStore*> store = store_of(place);
    if (!store)
        co_return store.error();
    co_return co_await (*store)->check_writable(std::move(place));
}

std::string blob_place(const ObjectUri& uri)
{
    switch (uri.scheme) {
    case UriScheme::local:
        return uri.path;
    case UriScheme::file:
        return "file://" + uri.path;
    case UriScheme::s3:
        return fmt::format("s3://{}/{}", uri.bucket, uri.path);
    case UriScheme::gs:
        return fmt::format("gs://{}/{}", uri.bucket, uri.path);
    }
    return uri.path;
}

std::string blob_below(const ObjectUri& egress, std::string_view path)
{
    return blob_place(as_folder(egress)).append(path);
}

} // namespace sluice
