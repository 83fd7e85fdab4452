// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/testing.h"
#include "async/with_stop.h"
#include "async/worker_threads.h"
#include "blob/blob_store.h"
#include "blob/testing/temp_folder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::testing {

// A kind of storage for the tests of what all stores do alike (contract_test.cc). A test file of
// the store runs them with INSTANTIATE_TEST_SUITE_P.
class BlobBackend {
public:
    virtual ~BlobBackend() = default;

    virtual BlobStore& store() = 0;
    virtual std::string place() const = 0; // a folder that is empty at first; ends with a slash

    // More files than two pages hold; those of the buckets here have ten entries.
    virtual std::size_t put_many(asio::io_context& loop)
    {
        constexpr std::size_t many = 25;
        const TempFolder folder;
        std::vector<Transfer> transfers;
        for (std::size_t i = 0; i < many; ++i)
            transfers.push_back({fmt::format("{}{:05}", place(), i), folder.put("empty", "")});
        const TransferOptions options;
        EXPECT_TRUE(await(loop, store().upload(std::move(transfers), options)));
        return many;
    }

    virtual bool takes_any_byte() const { return false; } // or are names UTF-8?
};

struct BackendKind {
    std::string name;
    std::unique_ptr<BlobBackend> (*make)(asio::io_context& loop, WorkerThreads& threads);

    friend void PrintTo(const BackendKind& kind, std::ostream* out) { *out << kind.name; }
};

inline std::string kind_name(const ::testing::TestParamInfo<BackendKind>& info)
{
    return info.param.name;
}

class BlobContract : public ::testing::TestWithParam<BackendKind> {
protected:
    using Names = std::vector<std::string>;

    std::string place(std::string_view path) const { return backend_->place() + std::string(path); }

    Result<std::vector<BlobEntry>> list_all(const std::string& listed, ListDepth depth)
    {
        auto listing = backend_->store().list(listed, depth);
        std::vector<BlobEntry> all;
        for (;;) {
            Result<std::vector<BlobEntry>> page = await(loop_, listing->next_page());
            if (!page)
                return page.error();
            if (page->empty())
                return all;
            all.insert(all.end(), page->begin(), page->end());
        }
    }

    Names names(const std::string& listed, ListDepth depth = ListDepth::recursive)
    {
        Names found;
        for (const BlobEntry& entry : list_all(listed, depth).value())
            found.push_back(entry.path + (entry.kind == BlobKind::folder ? "/" : ""));
        return found;
    }

    Result<void>
    upload_file(const std::string& path, std::string_view name, StopEvent* stop = nullptr)
    {
        std::vector<Transfer> transfers{{place(path), folder_.path(name)}};
        const TransferOptions options{.stop = stop};
        return await(loop_, backend_->store().upload(std::move(transfers), options));
    }

    Result<void> put(const std::string& path, std::string_view content)
    {
        folder_.put("source", content);
        const Result<void> uploaded = upload_file(path, "source");
        std::filesystem::remove(folder_.path("source")); // it may be the object now
        return uploaded;
    }

    Result<void> fetch(const std::string& path, StopEvent* stop = nullptr)
    {
        std::filesystem::remove(folder_.path("local"));
        std::vector<Transfer> transfers{{place(path), folder_.path("local")}};
        const TransferOptions options{.mode = FetchMode::own_copy, .stop = stop};
        return await(loop_, backend_->store().fetch(std::move(transfers), options));
    }

    Result<std::string> content(const std::string& path)
    {
        const Result<void> fetched = fetch(path);
        if (!fetched)
            return fetched.error();
        return folder_.content("local");
    }

    Result<void> remove(const Names& paths)
    {
        std::vector<std::string> objects;
        for (const std::string& path : paths)
            objects.push_back(place(path));
        return await(loop_, backend_->store().remove(backend_->place(), std::move(objects)));
    }

    TempFolder folder_; // of local files
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 2};
    std::unique_ptr<BlobBackend> backend_ = GetParam().make(loop_, threads_);
};

// What holds for buckets beside that.
class BucketContract : public BlobContract {};

} // namespace sluice::testing
