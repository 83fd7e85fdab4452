// SPDX-License-Identifier: Apache-2.0
#include "bench/bench.h"
#include "base/assert.h"
#include "bench/blob_bench.h"
#include "bench/http_bench.h"
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <algorithm>
#include <functional>

namespace sluice {

namespace {

struct BenchFlags {
    std::string name;
    bool json = false;
    BenchOptions options;  // of the engine; size, batch and clients are those of `http`
    HttpBenchOptions http; // 0 is the benchmark's own default
    BlobBenchOptions blobs;
};

BenchOptions engine_options(const BenchFlags& flags)
{
    BenchOptions options = flags.options;
    options.url = flags.http.url;
    options.size = flags.http.size;
    if (flags.http.batch > 0)
        options.batch = flags.http.batch;
    if (flags.http.clients > 0)
        options.clients = flags.http.clients;
    return options;
}

// A benchmark of the engine, of buckets, or one over HTTP.
struct AnyBenchmark {
    std::string_view name;
    std::string_view method;
    std::function<Result<Json>(const BenchFlags&, const Log&)> run;
};

std::vector<AnyBenchmark> all_benchmarks()
{
    std::vector<AnyBenchmark> all;
    for (const Benchmark& each : benchmarks()) {
        auto run = [run = each.run](const BenchFlags& flags, const Log& log) {
            return run(engine_options(flags), log);
        };
        all.push_back({each.name, each.method, run});
    }
    for (const BlobBenchmark& each : blob_benchmarks()) {
        auto run = [run = each.run](const BenchFlags& flags, const Log& log) {
            return run(flags.blobs, log);
        };
        all.push_back({each.name, each.method, run});
    }
    for (const HttpBenchmark& each : http_benchmarks()) {
        auto run = [run = each.run](const BenchFlags& flags, const Log& log) {
            return run(flags.http, log);
        };
        all.push_back({each.name, each.method, run});
    }
    return all;
}

AnyBenchmark find_benchmark(const std::string& name)
{
    const std::vector<AnyBenchmark> all = all_benchmarks();
    const auto found = std::ranges::find(all, name, &AnyBenchmark::name);
    SLUICE_ASSERT(found != all.end()); // the command line accepts no other
    return *found;
}

void print_figures(const AnyBenchmark& benchmark, const Json& figures)
{
    print(fmt::format("{}: {}", benchmark.name, benchmark.method));
    for (const auto& [name, value] : figures.items())
        print(
            value.is_number_float() ? fmt::format("  {:20} {:.3f}", name, value.get<double>())
                                    : fmt::format("  {:20} {}", name, value.dump())
        );
}

Async<Result<int>> run_benchmark(Context& context, std::shared_ptr<BenchFlags> flags)
{
    flags->http.url = context.config.db;
    const AnyBenchmark benchmark = find_benchmark(flags->name);
    const Result<Json> figures = benchmark.run(*flags, context.logs.component("bench"));
    if (!figures)
        co_return figures.error();
    Json document = Json::object();
    document["benchmark"] = benchmark.name;
    document["method"] = benchmark.method;
    for (const auto& [name, value] : figures->items())
        document[name] = value;
    if (flags->json)
        print(dump_json(document));
    else
        print_figures(benchmark, *figures);
    co_return exit_code::success;
}

} // namespace

void add_bench(CliCommand& root)
{
    const auto flags = std::make_shared<BenchFlags>();
    std::vector<std::string> names;
    for (const AnyBenchmark& benchmark : all_benchmarks())
        names.emplace_back(benchmark.name);

    CliCommand command = root.add("bench");
    command.argument("NAME", flags->name, "which benchmark", names);
    command.flag("--json", flags->json, "one JSON object instead of text");
    command.number("--size", flags->http.size, "how many tasks, operations or requests");
    command.number("--tasks", flags->http.tasks, "tasks in the server, over HTTP");
    command.number("--batch", flags->http.batch, "tasks of one submission [500; over HTTP 100]");
    command.number(
        "--clients", flags->http.clients, "callers of single [64], connections over HTTP"
    );
    command.number("--capacity", flags->options.capacity, "attempts under way [4000]");
    command.option("--queue", flags->options.queue, "queue of cycle's tasks [bench]");
    command.number("--rate", flags->http.rate, "tasks a second of http-mixed [no limit]");
    command.number("--seconds", flags->http.seconds, "how long http-mixed takes [60]");
    command.option(
        "--progress", flags->http.progress, "file for http-mixed's figures, each ten seconds"
    );
    command.option("--path", flags->http.path, "what http-connections ask for [/events]");
    command.option("--place", flags->blobs.place, "of blob-…: s3://BUCKET/PREFIX/");
    command.option("--directory", flags->blobs.directory, "of blob-up, blob-down: local files");
    command.runs([flags](Context& context) { return run_benchmark(context, flags); });
}

} // namespace sluice
