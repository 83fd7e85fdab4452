// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/testing.h"
#include "async/with_stop.h"
#include "async/worker_threads.h"
#include "blob/bucket_store.h"
#include "blob/byte_budget.h"
#include "blob/testing/memory_service.h"
#include "blob/testing/temp_folder.h"

#include <gtest/gtest.h>

namespace sluice::testing {

// What a bucket store stands on, with time that only its own waiting moves.
struct BucketStage {
    explicit BucketStage(asio::io_context& given_loop, std::uint64_t memory_bytes = 1u << 20)
        : loop(given_loop), memory(loop.get_executor(), memory_bytes)
    {}

    struct StandingClock final : Clock {
        Time now() const override { return time; }
        Time time = from_micros(1'767'225'600'000'000);
    };

    static Async<void> nothing() { co_return; }

    BucketParts parts(BucketLimits limits = {})
    {
        return {
            .executor = loop.get_executor(),
            .http = http,
            .threads = threads,
            .memory = memory,
            .clock = clock,
            .random = random,
            .log = Log(),
            .limits = limits,
            .sleep = [this](std::chrono::milliseconds time) {
                clock.time += time;
                return nothing();
            }};
    }

    asio::io_context& loop;
    HttpClient http{loop.get_executor(), HttpClientOptions()};
    WorkerThreads threads{loop.get_executor(), "blob", 2};
    ByteBudget memory;
    StandingClock clock;
    SeededRandom random{1};
};

// A bucket store over a service in memory, with small limits: parts from 1,000 bytes on.
class BucketTest : public ::testing::Test {
protected:
    static BucketLimits small_limits()
    {
        BucketLimits limits;
        limits.whole_bytes_max = 1000;
        limits.part_bytes_min = 1000;
        return limits;
    }

    explicit BucketTest(MemoryService::Options options = {.piece_bytes = 300}) { open(options); }

    void open(MemoryService::Options options, BucketLimits limits = small_limits())
    {
        auto made = std::make_unique<MemoryService>(loop_.get_executor(), options);
        service_ = made.get();
        service_->buckets["b"];
        store_ = make_bucket_store(stage_.parts(limits), std::move(made));
    }

    Result<void> fetch(std::string key, StopEvent* stop = nullptr)
    {
        std::vector<Transfer> transfers{{"mem://b/" + key, folder_.path("local")}};
        const TransferOptions options{.stop = stop};
        return await(loop_, store_->fetch(std::move(transfers), options));
    }

    Result<void> upload(std::string content, std::string key, StopEvent* stop = nullptr)
    {
        std::vector<Transfer> transfers{{"mem://b/" + key, folder_.put("source", content)}};
        const TransferOptions options{.stop = stop};
        return await(loop_, store_->upload(std::move(transfers), options));
    }

    std::string stored(const std::string& key) { return *service_->buckets["b"].at(key).bytes; }
    bool is_stored(const std::string& key) { return service_->buckets["b"].contains(key); }

    // Different everywhere, so that pieces in the wrong place are seen.
    static std::string content(std::size_t size)
    {
        std::string bytes(size, '\0');
        SeededRandom random(size);
        for (char& byte : bytes)
            byte = static_cast<char>(random.next());
        return bytes;
    }

    // The next `count` calls of that kind fail.
    void fail_next(std::string what, int count, Error error)
    {
        service_->before = [this, what, count, error](const MemoryService::Call& call) mutable {
            const bool fails = call.what == what && count > 0;
            count -= fails ? 1 : 0;
            return fails ? service_->bad(error) : service_->good();
        };
    }

    asio::io_context loop_;
    TempFolder folder_;
    BucketStage stage_{loop_, 4000};
    MemoryService* service_ = nullptr;
    std::unique_ptr<BlobStore> store_;
};

} // namespace sluice::testing
