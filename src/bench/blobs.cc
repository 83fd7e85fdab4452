// SPDX-License-Identifier: Apache-2.0
// blob-up, blob-down, blob-list: how quickly files travel to and from a bucket, in how much memory.
#include "async/run_on.h"
#include "async/worker_threads.h"
#include "bench/blob_bench.h"
#include "bench/fixture.h"
#include "bench/peak_memory.h"
#include "blob/bucket_access.h"
#include "blob/bucket_client.h"

#include <fmt/format.h>

#include <filesystem>

namespace sluice {

namespace bench {

namespace {

namespace fs = std::filesystem;

// A bucket as jobs use it.
struct Bucket {
    Bucket(asio::io_context& loop, const BlobBenchOptions& given, const Log& log)
        : options(given),
          threads(loop.get_executor(), "files", 4),
          client(loop.get_executor(), threads, {}, log)
    {
        const BucketParts parts = client.parts();
        const bool is_gcs = options.place.starts_with("gs:");
        store = make_bucket_store(
            parts, is_gcs ? make_gcs_service(parts, process_variables())
                          : make_s3_service(parts, process_variables())
        );
    }

    BlobBenchOptions options;
    WorkerThreads threads;
    BucketClient client;
    std::unique_ptr<BlobStore> store;
};

using Body = Async<Result<Json>> (*)(Bucket& bucket);

Result<Json> run(const BlobBenchOptions& options, const Log& log, Body body)
{
    if (!options.place.starts_with("s3://") && !options.place.starts_with("gs://"))
        return Error{
            Errc::invalid,
            fmt::format("--place '{}': must be s3://BUCKET/PREFIX/ or gs://…", options.place)};
    asio::io_context loop(1);
    Bucket bucket(loop, options, log);
    return run_on(loop, body(bucket));
}

Json figures_of(std::size_t objects, std::uint64_t bytes, SteadyTime start)
{
    const double seconds = seconds_since(start);
    return {
        {"objects", objects},
        {"bytes", bytes},
        {"seconds", seconds},
        {"objects_per_s", static_cast<double>(objects) / seconds},
        {"mib_per_s", static_cast<double>(bytes) / seconds / (1u << 20)},
        {"peak_memory_mib", peak_memory_mib()}};
}

Async<Result<std::vector<BlobEntry>>> list_all(Bucket& bucket)
{
    const std::unique_ptr<BlobListing> listing =
        bucket.store->list(bucket.options.place, ListDepth::recursive);
    std::vector<BlobEntry> all;
    for (;;) {
        Result<std::vector<BlobEntry>> page = co_await listing->next_page();
        if (!page)
            co_return page.error();
        if (page->empty())
            co_return all;
        std::move(page->begin(), page->end(), std::back_inserter(all));
    }
}

Async<Result<Json>> up(Bucket& bucket)
{
    std::vector<Transfer> transfers;
    std::uint64_t bytes = 0;
    for (const fs::directory_entry& file : fs::directory_iterator(bucket.options.directory)) {
        if (!file.is_regular_file())
            continue;
        const std::string name = file.path().filename();
        transfers.push_back({bucket.options.place + name, file.path()});
        bytes += file.file_size();
    }
    const std::size_t objects = transfers.size();
    const TransferOptions options;
    const SteadyTime start = std::chrono::steady_clock::now();
    const Result<void> done = co_await bucket.store->upload(std::move(transfers), options);
    if (!done)
        co_return done.error();
    co_return json_result(figures_of(objects, bytes, start));
}

// With the listing, as a job has it.
Async<Result<Json>> down(Bucket& bucket)
{
    const SteadyTime start = std::chrono::steady_clock::now();
    const Result<std::vector<BlobEntry>> listed = co_await list_all(bucket);
    if (!listed)
        co_return listed.error();
    std::vector<Transfer> transfers;
    std::uint64_t bytes = 0;
    for (const BlobEntry& entry : *listed) {
        transfers.push_back(
            {bucket.options.place + entry.path, fs::path(bucket.options.directory) / entry.path}
        );
        bytes += entry.size;
    }
    const TransferOptions options;
    const Result<void> done = co_await bucket.store->fetch(std::move(transfers), options);
    if (!done)
        co_return done.error();
    co_return json_result(figures_of(listed->size(), bytes, start));
}

Async<Result<Json>> list(Bucket& bucket)
{
    const SteadyTime start = std::chrono::steady_clock::now();
    const Result<std::vector<BlobEntry>> listed = co_await list_all(bucket);
    if (!listed)
        co_return listed.error();
    std::uint64_t bytes = 0;
    for (const BlobEntry& entry : *listed)
        bytes += entry.size;
    co_return json_result(figures_of(listed->size(), bytes, start));
}

template <Body body>
Result<Json> run_body(const BlobBenchOptions& options, const Log& log)
{
    return run(options, log, body);
}

} // namespace

} // namespace bench

const std::vector<BlobBenchmark>& blob_benchmarks()
{
    static const std::vector<BlobBenchmark> all{
        {"blob-up", "the files of --directory uploaded below --place, 32 at a time",
         bench::run_body<bench::up>},
        {"blob-down",
         "the objects below --place listed, and fetched into --directory, which is empty",
         bench::run_body<bench::down>},
        {"blob-list", "all objects below --place listed", bench::run_body<bench::list>},
    };
    return all;
}

} // namespace sluice
