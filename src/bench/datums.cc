// SPDX-License-Identifier: Apache-2.0
// datums: a large job planned and stored, from a cross of two folders of small files.
#include "bench/benchmarks.h"

#include "async/worker_threads.h"
#include "batch/blob_stores.h"
#include "batch/jobs.h"
#include "batch/output_sweeper.h"
#include "bench/bench_folder.h"
#include "bench/peak_memory.h"

#include <cmath>

namespace sluice::bench {

namespace {

Json atom(const std::filesystem::path& folder, std::string_view repo)
{
    return {{"atom", {{"URI", "file://" + folder.string()}, {"repo", repo}, {"glob", "/*"}}}};
}

Json pipeline(const BenchFolder& folder)
{
    Json spec;
    spec["pipeline"] = {{"name", "bench"}};
    spec["transform"] = {{"cmd", {"true"}}, {"image", "none"}};
    spec["parallelism_spec"] = {{"constant", 1}};
    spec["resource_requests"] = {{"memory", "64Mi"}, {"cpu", 1}};
    spec["input"]["cross"] =
        Json::array({atom(folder.path() / "left", "left"), atom(folder.path() / "right", "right")});
    spec["egress"] = {{"URI", "file://" + (folder.path() / "out").string()}};
    return spec;
}

Async<Result<Json>> datums_body(Fixture& fixture)
{
    const std::int64_t size = fixture.options().size > 0 ? fixture.options().size : 1'000'000;
    const auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(size)));
    const BenchFolder folder;
    folder.make_files("left", side);
    folder.make_files("right", side);

    WorkerThreads threads(fixture.executor(), "bench-files", 1);
    OneBlobStore blobs(make_local_blobs(threads));
    OutputSweeper sweeper(fixture.executor(), fixture.store(), blobs, Log());
    Jobs jobs(fixture.engine(), blobs, sweeper, threads, Jobs::Options());
    Jobs::NewJob request;
    request.spec = pipeline(folder);
    const SteadyTime start = std::chrono::steady_clock::now();
    const Judged<Jobs::Created> created = co_await jobs.create(std::move(request));
    const double seconds = seconds_since(start);
    if (!created)
        co_return to_error(created.error());
    Json figures{
        {"datums", created->job.counts.total},
        {"seconds", seconds},
        {"datums_per_s", static_cast<double>(created->job.counts.total) / seconds},
        {"peak_memory_mib", peak_memory_mib()}};
    co_return json_result(std::move(figures));
}

} // namespace

Result<Json> datums(const BenchOptions& options, const Log& log)
{
    return Fixture::run(options, log, [](Fixture& fixture) { return datums_body(fixture); });
}

} // namespace sluice::bench
