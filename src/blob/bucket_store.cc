// SPDX-License-Identifier: Apache-2.0
#include "blob/bucket_store.h"

#include "async/at_once.h"
#include "async/stop_on_cancel.h"
#include "base/os.h"
#include "blob/bucket_calls.h"
#include "blob/file_walk.h"
#include "blob/retry_request.h"

#include <fmt/format.h>

namespace sluice {

namespace {

// A place that is none of this store's.
class NoListing final : public BlobListing {
public:
    explicit NoListing(Error error) : error_(std::move(error)) {}

    Async<Result<std::vector<BlobEntry>>> next_page() override { co_return error_; }

private:
    Error error_;
};

class BucketStore final : public BlobStore {
public:
    BucketStore(BucketParts parts, std::unique_ptr<ObjectService> service)
        : parts_(std::move(parts)), service_(std::move(service))
    {}

    std::unique_ptr<BlobListing> list(std::string place, ListDepth depth) override;

    Async<Result<void>> fetch(std::vector<Transfer> transfers, TransferOptions options) override
    {
        return move_all(std::move(transfers), options.stop, fetch_object);
    }

    Async<Result<void>> upload(std::vector<Transfer> transfers, TransferOptions options) override
    {
        return move_all(std::move(transfers), options.stop, upload_object);
    }

    Async<Result<void>> remove(std::string root, std::vector<std::string> objects) override;
    Async<Result<void>> check_writable(std::string place) override;

private:
    using Move = Async<Result<void>> (*)(BucketCall&, ObjectName, std::string);

    Async<Result<void>> move_all(std::vector<Transfer> transfers, StopEvent* stop, Move move);
    Async<Result<void>> move_each(const std::vector<Transfer>& transfers, BucketCall& call, Move);
    Async<Result<void>> move_one(const Transfer& transfer, BucketCall& call, Move move);
    Async<Result<void>> remove_one(const std::string& object);
    Async<Result<void>> try_upload(ObjectName name, BucketCall& call);

    Result<ObjectName> object_of(std::string_view uri) const;
    Result<ObjectName> folder_of(std::string_view uri) const;

    BucketParts parts_;
    std::unique_ptr<ObjectService> service_;
};

std::unique_ptr<BlobListing> BucketStore::list(std::string place, ListDepth depth)
{
    Result<ObjectName> folder = folder_of(place);
    if (!folder)
        return std::make_unique<NoListing>(folder.error());
    return make_bucket_listing(parts_, *service_, std::move(*folder), depth);
}

Async<Result<void>>
BucketStore::move_all(std::vector<Transfer> transfers, StopEvent* stop, Move move)
{
    StopEvent own(parts_.executor);
    if (stop && stop->requested())
        own.request(); // not even one request is sent
    BucketCall call{parts_, *service_, own};
    Async<Result<void>> work = move_each(transfers, call, move);
    const Result<void> moved = co_await stop_on_cancel(std::move(work), own, stop);
    co_return moved;
}

Async<Result<void>>
BucketStore::move_each(const std::vector<Transfer>& transfers, BucketCall& call, Move move)
{
    const auto make = [&, move](std::size_t i) { return move_one(transfers[i], call, move); };
    const Result<void> moved =
        co_await at_once(transfers.size(), parts_.limits.objects_at_once, make);
    co_return moved;
}

Async<Result<void>> BucketStore::move_one(const Transfer& transfer, BucketCall& call, Move move)
{
    Result<ObjectName> object = object_of(transfer.object);
    if (!object)
        co_return object.error();
    ObjectName name = std::move(*object);
    std::string file = transfer.file;
    Result<void> moved = stopped_error();
    if (!call.stop.requested())
        moved = co_await move(call, std::move(name), std::move(file));
    if (!moved && call.stop.requested()) {
        const std::string object_shown = fmt::format("'{}'", printable_path(transfer.object));
        co_return with_context(object_shown, stopped_error());
    }
    co_return moved;
}

Async<Result<void>> BucketStore::remove(std::string, std::vector<std::string> objects)
{
    // One request for each: the XML that removes many cannot spell every name.
    const auto make = [&](std::size_t i) { return remove_one(objects[i]); };
    const Result<void> removed =
        co_await at_once(objects.size(), parts_.limits.objects_at_once, make);
    co_return removed;
}

Async<Result<void>> BucketStore::remove_one(const std::string& object)
{
    const Result<ObjectName> name = object_of(object);
    if (!name)
        co_return name.error();
    const auto make = [&] { return service_->remove(*name); };
    const Result<void> removed = co_await retry_request(parts_, nullptr, make);
    co_return removed;
}

// An upload that is begun needs the right to write, and is in no listing.
Async<Result<void>> BucketStore::check_writable(std::string place)
{
    const Result<ObjectName> folder = folder_of(place);
    if (!folder)
        co_return folder.error();
    ObjectName name = *folder;
    name.key += temporary_prefix;
    name.key += random_text(parts_.random, "abcdefghijklmnopqrstuvwxyz0123456789", 16);
    StopEvent stop(parts_.executor);
    BucketCall call{parts_, *service_, stop};
    Async<Result<void>> work = try_upload(std::move(name), call);
    const Result<void> tried = co_await stop_on_cancel(std::move(work), stop, nullptr);
    co_return tried;
}

Async<Result<void>> BucketStore::try_upload(ObjectName name, BucketCall& call)
{
    const auto make = [&] { return service_->begin_upload(name); };
    Result<std::string> upload = co_await retry_request(parts_, &call.stop, make);
    if (!upload)
        co_return upload.error();
    std::string begun = std::move(*upload);
    co_await tidy_up_upload(call, std::move(name), std::move(begun));
    co_return Result<void>();
}

Result<ObjectName> BucketStore::object_of(std::string_view uri) const
{
    const std::string scheme = fmt::format("{}://", service_->scheme());
    const std::string_view rest = uri.substr(std::min(scheme.size(), uri.size()));
    const std::size_t slash = rest.find('/');
    const bool is_object = uri.starts_with(scheme) && slash != std::string_view::npos &&
                           slash > 0 && slash + 1 < rest.size();
    if (!is_object)
        return Error{
            Errc::invalid,
            fmt::format(
                "'{}' is not an object of a bucket: use {}bucket/key", printable_path(uri), scheme
            )};
    return ObjectName{std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1))};
}

Result<ObjectName> BucketStore::folder_of(std::string_view uri) const
{
    const std::string scheme = fmt::format("{}://", service_->scheme());
    const std::string_view rest = uri.substr(std::min(scheme.size(), uri.size()));
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    if (!uri.starts_with(scheme) || slash == 0)
        return Error{
            Errc::invalid,
            fmt::format(
                "'{}' is not a folder of a bucket: use {}bucket/prefix", printable_path(uri), scheme
            )};
    ObjectName folder{std::string(rest.substr(0, slash)), std::string(rest.substr(slash))};
    folder.key.erase(0, 1);
    if (!folder.key.empty() && !folder.key.ends_with('/'))
        folder.key += '/';
    return folder;
}

} // namespace

std::unique_ptr<BlobStore>
make_bucket_store(BucketParts parts, std::unique_ptr<ObjectService> service)
{
    return std::make_unique<BucketStore>(std::move(parts), std::move(service));
}

} // namespace sluice
