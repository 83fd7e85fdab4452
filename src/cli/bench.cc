// SPDX-License-Identifier: Apache-2.0
#include "bench/bench.h"
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"

namespace sluice {

namespace {

struct BenchFlags {
    std::string name;
    bool json = false;
    BenchOptions options;
};

const Benchmark* find_benchmark(const std::string& name)
{
    for (const Benchmark& benchmark : benchmarks())
        if (benchmark.name == name)
            return &benchmark;
    return nullptr;
}

void print_figures(const Benchmark& benchmark, const Json& figures)
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
    const Benchmark& benchmark = *find_benchmark(flags->name);
    flags->options.url = context.config.db;
    const Result<Json> figures = benchmark.run(flags->options, context.logs.component("bench"));
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
    for (const Benchmark& benchmark : benchmarks())
        names.emplace_back(benchmark.name);

    CliCommand command = root.add("bench");
    command.argument("NAME", flags->name, "which benchmark", names);
    command.flag("--json", flags->json, "one JSON object instead of text");
    command.number("--size", flags->options.size, "how many tasks or operations");
    command.number("--batch", flags->options.batch, "tasks of one submission [500]");
    command.number("--clients", flags->options.clients, "concurrent callers of single [64]");
    command.number("--capacity", flags->options.capacity, "attempts under way [4000]");
    command.option("--queue", flags->options.queue, "queue of cycle's tasks [bench]");
    command.runs([flags](Context& context) { return run_benchmark(context, flags); });
}

} // namespace sluice
