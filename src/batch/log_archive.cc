// SPDX-License-Identifier: Apache-2.0
#include "batch/log_archive.h"

#include "blob/blob_store.h"

#include <fmt/format.h>

#include <filesystem>
#include <unistd.h>

namespace sluice {

namespace {

constexpr std::string_view coming = ".coming";

} // namespace

LogArchive::LogArchive(BlobStore& blobs, WorkerThreads& threads, std::string place)
    : blobs_(blobs), threads_(threads), place_(std::move(place))
{
    while (place_.ends_with('/'))
        place_.pop_back();
}

std::string LogArchive::object_of(const AttemptLogName& name) const
{
    return attempt_log_path(place_, name);
}

Async<Result<void>> LogArchive::keep(AttemptLogName name, std::string file)
{
    std::vector<Transfer> transfers;
    transfers.push_back({object_of(name), std::move(file)});
    const TransferOptions options;
    co_return co_await blobs_.upload(std::move(transfers), options);
}

Async<Result<bool>> LogArchive::bring(AttemptLogName name, std::string file)
{
    // Another reader may be bringing the same log.
    const std::string part = fmt::format("{}{}.{}", file, coming, brought_++);
    const auto make_room = [&file, &part] {
        std::error_code ignored; // the transfer says what is wrong
        std::filesystem::create_directories(std::filesystem::path(file).parent_path(), ignored);
        std::filesystem::remove(part, ignored);
    };
    co_await threads_.run(make_room);
    std::vector<Transfer> transfers;
    transfers.push_back({object_of(name), part});
    TransferOptions options;
    options.mode = FetchMode::own_copy;
    const Result<void> fetched = co_await blobs_.fetch(std::move(transfers), options);
    if (!fetched && fetched.error().code == Errc::not_found)
        co_return false;
    if (!fetched)
        co_return fetched.error();
    const auto put = [&file, &part]() -> Result<bool> {
        if (::rename(part.c_str(), file.c_str()) == 0)
            return true;
        Error error = os_error("put the log", file, errno);
        ::unlink(part.c_str());
        return error;
    };
    co_return co_await threads_.run(put);
}

Async<Result<void>> LogArchive::remove(std::string job_id)
{
    const std::string folder = fmt::format("{}/{}/", place_, job_id);
    const std::unique_ptr<BlobListing> listing = blobs_.list(folder, ListDepth::recursive);
    for (;;) {
        const Result<std::vector<BlobEntry>> page = co_await listing->next_page();
        if (!page && page.error().code == Errc::not_found)
            co_return Result<void>();
        if (!page)
            co_return page.error();
        if (page->empty())
            co_return Result<void>();
        std::vector<std::string> objects;
        for (const BlobEntry& entry : *page)
            objects.push_back(folder + entry.path);
        const Result<void> removed = co_await blobs_.remove(place_, std::move(objects));
        if (!removed)
            co_return removed.error();
    }
}

} // namespace sluice
