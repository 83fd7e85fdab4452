// SPDX-License-Identifier: Apache-2.0
// workflow_bench NAME --db URL [--size N] [--clients N] [--seconds N] [--run ID]: prints the
// figures of a benchmark as JSON.
#include "bench.h"

#include <dlfcn.h>

#include <charconv>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string_view>

using namespace workflow_bench;
using sluice::workflows::Json;

namespace {

struct Benchmark {
    std::string_view name;
    Figures (*run)(const Options&);
    std::string_view options; // of its Runners
};

constexpr Benchmark benchmarks[] = {
    {"chain", chain, "defaults for the latency, max_concurrent_tasks 96 for the throughput"},
    {"parallel", parallel, "max_concurrent_tasks 96"},
    {"restart-victim", restart_victim, "defaults"},
    {"restart-heir", restart_heir, "defaults"},
    {"schedules", schedules, "max_concurrent_tasks 96"},
    {"awaited", awaited, "defaults"},
};

const Benchmark& find(std::string_view name)
{
    for (const Benchmark& each : benchmarks)
        if (each.name == name)
            return each;
    throw std::invalid_argument("no benchmark named " + std::string(name));
}

std::size_t number(std::string_view text)
{
    std::size_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || rest != end)
        throw std::invalid_argument("no number: " + std::string(text));
    return value;
}

Options read_options(int argc, char** argv)
{
    Options options;
    for (int i = 2; i + 1 < argc; i += 2) {
        const std::string_view flag = argv[i];
        const char* const value = argv[i + 1];
        if (flag == "--db")
            options.url = value;
        else if (flag == "--run")
            options.run = value;
        else if (flag == "--size")
            options.size = number(value);
        else if (flag == "--clients")
            options.clients = number(value);
        else if (flag == "--seconds")
            options.seconds = number(value);
        else
            throw std::invalid_argument("unknown option " + std::string(flag));
    }
    if (argc % 2 != 0 || options.url.empty())
        throw std::invalid_argument("usage: workflow_bench NAME --db URL [--option VALUE]…");
    return options;
}

// The library brings none: it is the program's affair, and may be preloaded.
std::string_view allocator()
{
    return dlsym(RTLD_DEFAULT, "tc_malloc") ? "tcmalloc" : "of the C library";
}

} // namespace

int main(int argc, char** argv)
{
    try {
        const Options options = read_options(argc, argv);
        const Benchmark& benchmark = find(argv[1]);
        Figures figures = benchmark.run(options);
        figures.emplace_back("options", benchmark.options);
        figures.emplace_back("allocator", allocator());
        std::cout << Json::object(figures).text() << std::endl;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
