// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/bucket_store.h"
#include "blob/byte_budget.h"

#include <cstddef>
#include <optional>
#include <string>

namespace sluice {

// What all buckets of a process share: connections, memory, and the machine's time and chance.
// Lives on the loop; what it is given outlives it, and it outlives the stores.
class BucketClient {
public:
    struct Options {
        std::size_t connections_max = 64; // in all
        std::size_t connections_per_host_max = 32;
        std::string ca_file = {}; // PEM, instead of the system's certificate authorities
        BucketLimits limits = {};
    };

    BucketClient(asio::any_io_executor executor, WorkerThreads& threads, Options options, Log log);

    // Made at the first call: most processes meet no bucket.
    BucketParts parts();

private:
    class MachineClock final : public Clock {
    public:
        Time now() const override;
    };

    asio::any_io_executor executor_;
    WorkerThreads& threads_;
    Options options_;
    Log log_;
    MachineClock clock_;
    SystemRandom random_;
    std::optional<HttpClient> http_;
    std::optional<ByteBudget> memory_;
};

} // namespace sluice
