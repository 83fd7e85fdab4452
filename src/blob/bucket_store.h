// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.h"
#include "base/random.h"
#include "base/time.h"
#include "blob/object_service.h"
#include "net/backoff.h"

#include <chrono>
#include <memory>

namespace sluice {

class ByteBudget;
class WorkerThreads;

struct BucketLimits {
    std::size_t objects_at_once = 32;           // of one call
    std::size_t parts_at_once = 8;              // of one object
    std::uint64_t whole_bytes_max = 16u << 20;  // above: parts, ranges
    std::uint64_t part_bytes_min = 16u << 20;   // grown so that parts_max suffice
    std::uint64_t parts_max = 10'000;           // 5 TiB: parts of 525 MiB
    std::uint64_t memory_bytes_max = 96u << 20; // of the ByteBudget: what is on its way up, in all
    Backoff backoff{std::chrono::milliseconds(200), std::chrono::milliseconds(10'000)};
    std::chrono::seconds patience{120}; // with one request that fails, from its first failure
    std::chrono::seconds stall{30};     // without a byte, ends a request
    std::chrono::seconds tidy_up{30};   // with the abort of an upload that failed
    std::size_t page_entries = 1000;
    int checksum_tries = 3;
};

// What all buckets of a process share; everything outlives the stores.
struct BucketParts {
    asio::any_io_executor executor;
    HttpClient& http;
    WorkerThreads& threads;
    ByteBudget& memory;
    const Clock& clock; // wall time: signatures
    Random& random;
    Log log;
    BucketLimits limits = {};
    // Waits between the tries of a request; tests wait by their own clock.
    std::function<Async<void>(std::chrono::milliseconds)> sleep = sleep_for;
};

// A BlobStore over a bucket service: places are "<scheme>://bucket/key". Large objects travel in
// parts and ranges, requests that fail for a while are tried again, checksums are compared. Lives
// on the loop and outlives its calls and listings.
std::unique_ptr<BlobStore>
make_bucket_store(BucketParts parts, std::unique_ptr<ObjectService> service);

// How an object goes up that is larger than whole_bytes_max.
struct PartPlan {
    std::uint64_t part_bytes = 0;
    std::uint64_t parts = 0;

    friend bool operator==(const PartPlan&, const PartPlan&) = default;
};
PartPlan plan_parts(std::uint64_t size, const BucketLimits& limits);

} // namespace sluice
