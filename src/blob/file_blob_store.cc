// SPDX-License-Identifier: Apache-2.0
#include "blob/file_blob_store.h"

#include "async/worker_threads.h"
#include "base/os.h"
#include "blob/file_transfer.h"
#include "blob/file_walk.h"

namespace sluice {

namespace {

constexpr std::size_t page_entries = 10'000; // some 10 ms of work, about 1 MB

enum class Direction : std::uint8_t { fetch, upload };

Result<std::vector<FileTransfer>>
to_paths(const std::vector<Transfer>& transfers, Direction direction, const StopEvent* stop)
{
    std::vector<FileTransfer> paths;
    paths.reserve(transfers.size());
    for (const Transfer& transfer : transfers) {
        Result<std::string> object = file_path(transfer.object);
        if (!object)
            return object.error();
        if (direction == Direction::fetch)
            paths.push_back({std::move(*object), transfer.file, stop});
        else
            paths.push_back({transfer.file, std::move(*object), stop});
    }
    return paths;
}

class FileListing final : public BlobListing {
public:
    FileListing(WorkerThreads& threads, std::string place, ListDepth depth)
        : threads_(threads), place_(std::move(place)), depth_(depth)
    {}

    Async<Result<std::vector<BlobEntry>>> next_page() override
    {
        auto work = [this] { return read_page(); };
        co_return co_await threads_.run(std::move(work));
    }

private:
    Result<std::vector<BlobEntry>> read_page()
    {
        if (!walk_) {
            Result<std::string> path = file_path(place_);
            if (!path)
                return path.error();
            walk_.emplace(std::move(*path), depth_);
        }
        return walk_->next(page_entries);
    }

    WorkerThreads& threads_;
    std::string place_;
    ListDepth depth_;
    std::optional<FileWalk> walk_;
};

Result<void> fetch_all(const std::vector<Transfer>& transfers, const TransferOptions& options)
{
    auto paths = to_paths(transfers, Direction::fetch, options.stop);
    if (!paths)
        return paths.error();
    for (const FileTransfer& path : *paths)
        if (auto fetched = fetch_file(path, options.mode); !fetched)
            return fetched;
    return {};
}

Result<void> upload_all(const std::vector<Transfer>& transfers, const TransferOptions& options)
{
    auto paths = to_paths(transfers, Direction::upload, options.stop);
    if (!paths)
        return paths.error();
    return upload_files(*paths);
}

Result<void> remove_all(const std::string& root, const std::vector<std::string>& objects)
{
    Result<std::string> root_path = file_path(root);
    if (!root_path)
        return root_path.error();
    std::vector<std::string> paths;
    for (const std::string& object : objects) {
        Result<std::string> path = file_path(object);
        if (!path)
            return path.error();
        paths.push_back(std::move(*path));
    }
    return remove_files(*root_path, paths);
}

class FileBlobStore final : public BlobStore {
public:
    explicit FileBlobStore(WorkerThreads& threads) : threads_(threads) {}

    std::unique_ptr<BlobListing> list(std::string place, ListDepth depth) override
    {
        return std::make_unique<FileListing>(threads_, std::move(place), depth);
    }

    Async<Result<void>> fetch(std::vector<Transfer> transfers, TransferOptions options) override
    {
        auto work = [&transfers, &options] { return fetch_all(transfers, options); };
        co_return co_await threads_.run(std::move(work));
    }

    Async<Result<void>> upload(std::vector<Transfer> transfers, TransferOptions options) override
    {
        auto work = [&transfers, &options] { return upload_all(transfers, options); };
        co_return co_await threads_.run(std::move(work));
    }

    Async<Result<void>> remove(std::string root, std::vector<std::string> objects) override
    {
        auto work = [&root, &objects] { return remove_all(root, objects); };
        co_return co_await threads_.run(std::move(work));
    }

    Async<Result<void>> check_writable(std::string place) override
    {
        auto work = [&place]() -> Result<void> {
            Result<std::string> path = file_path(place);
            if (!path)
                return path.error();
            return check_directory_writable(*path);
        };
        co_return co_await threads_.run(std::move(work));
    }

private:
    WorkerThreads& threads_;
};

} // namespace

std::unique_ptr<BlobStore> make_file_blob_store(WorkerThreads& threads)
{
    return std::make_unique<FileBlobStore>(threads);
}

Result<std::string> file_path(std::string_view uri)
{
    constexpr std::string_view scheme = "file://";
    std::string_view path = uri;
    if (path.starts_with(scheme))
        path.remove_prefix(scheme.size());
    if (!path.starts_with('/') || path.find('\0') != std::string_view::npos)
        return Error{
            Errc::invalid,
            fmt::format("'{}' is not a file: use file:///path or /path", printable_path(uri))};
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    return std::string(path);
}

} // namespace sluice
