// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/testing/gcs_stage.h"

namespace sluice::testing {

// A bucket store over the scripted Google Cloud Storage: objects above 256 KiB go in parts.
class GcsTest : public ::testing::Test {
protected:
    static constexpr std::size_t part = 256u << 10;

    static BucketLimits small_limits()
    {
        BucketLimits limits;
        limits.whole_bytes_max = part;
        limits.part_bytes_min = part;
        limits.page_entries = 10;
        return limits;
    }

    BlobStore& store()
    {
        if (!store_) {
            const BucketParts parts = gcs_.parts(small_limits());
            store_ = make_bucket_store(parts, make_gcs_service(parts, gcs_.settings()));
        }
        return *store_;
    }

    Result<void> upload(const std::string& key, std::string_view content)
    {
        std::vector<Transfer> transfers{{"gs://bucket/" + key, folder_.put("source", content)}};
        const TransferOptions options;
        return await(loop_, store().upload(std::move(transfers), options));
    }

    Result<std::string> fetch(const std::string& key)
    {
        std::filesystem::remove(folder_.path("local"));
        std::vector<Transfer> transfers{{"gs://bucket/" + key, folder_.path("local")}};
        const TransferOptions options;
        const Result<void> fetched = await(loop_, store().fetch(std::move(transfers), options));
        if (!fetched)
            return fetched.error();
        return folder_.content("local");
    }

    Result<std::vector<BlobEntry>> first_page(const std::string& place)
    {
        const auto listing = store().list(place, ListDepth::one_level);
        return await(loop_, listing->next_page());
    }

    // Different everywhere, so that pieces in the wrong place are seen; text, for the server's
    // JSON.
    static std::string content(std::size_t size)
    {
        SeededRandom random(size);
        return random_text(random, "abcdefghijklmnopqrstuvwxyz0123456789", size);
    }

    static std::string stored(const std::string& key)
    {
        return GcsStage::order({{"do", "get"}, {"key", key}})["text"];
    }

    static bool says(const Error& error, std::string_view word)
    {
        return error.detail.find(word) != std::string::npos;
    }

    asio::io_context loop_;
    TempFolder folder_;
    GcsStage gcs_{loop_};
    std::unique_ptr<BlobStore> store_;
};

} // namespace sluice::testing
