// SPDX-License-Identifier: Apache-2.0
// Runs a workflow -i times, -c of them at once, and says how long that took.
#pragma once

#include "example.h"
#include "sluice/workflows.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace example {

struct Measuring {
    std::string url = "sqlite://workflows-performance.db";
    int iterations = 100;
    int concurrency = 1;
};

inline int positive(std::string_view text)
{
    int number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end || number < 1)
        throw std::invalid_argument("a positive number is needed, not " + std::string(text));
    return number;
}

inline Measuring read_arguments(int argc, char** argv)
{
    Measuring measuring;
    for (int i = 1; i < argc; i += 2) {
        const std::string_view flag = argv[i];
        if (i + 1 == argc)
            throw std::invalid_argument(std::string(flag) + " needs a value");
        if (flag == "-i")
            measuring.iterations = positive(argv[i + 1]);
        else if (flag == "-c")
            measuring.concurrency = positive(argv[i + 1]);
        else if (flag == "--db")
            measuring.url = argv[i + 1];
        else
            throw std::invalid_argument("only -i, -c and --db are known, not " + std::string(flag));
    }
    return measuring;
}

// Milliseconds of each run, shortest first. Throws what the first bad run has thrown.
class Measurement {
public:
    Measurement(sluice::workflows::Runner& runner, std::string workflow, Measuring measuring)
        : runner_(runner), workflow_(std::move(workflow)), measuring_(std::move(measuring))
    {}

    std::vector<double> run(const sluice::workflows::Context& expected)
    {
        std::vector<std::thread> callers;
        for (int i = 0; i < measuring_.concurrency; ++i)
            callers.emplace_back([this, &expected] { call(expected); });
        for (std::thread& caller : callers)
            caller.join();
        if (failure_)
            std::rethrow_exception(failure_);
        std::sort(times_.begin(), times_.end());
        return times_;
    }

private:
    using Clock = std::chrono::steady_clock;

    void call(const sluice::workflows::Context& expected)
    {
        using sluice::workflows::RunStatus;
        try {
            while (next_++ < measuring_.iterations) {
                const Clock::time_point start = Clock::now();
                const auto result = runner_.execute(workflow_);
                const std::chrono::duration<double, std::milli> time = Clock::now() - start;
                check(result.status() == RunStatus::completed, result.error_message());
                check(result.final_context() == expected, result.final_context().to_json());
                const std::scoped_lock lock(mutex_);
                times_.push_back(time.count());
            }
        } catch (...) {
            const std::scoped_lock lock(mutex_);
            failure_ = std::current_exception();
            next_ = measuring_.iterations;
        }
    }

    sluice::workflows::Runner& runner_;
    std::string workflow_;
    Measuring measuring_;
    std::atomic<int> next_ = 0;
    std::mutex mutex_;
    std::vector<double> times_;
    std::exception_ptr failure_;
};

// main() of a program that measures: a line for people, and one of JSON.
inline int measure(
    int argc, char** argv, const sluice::workflows::Workflow& workflow,
    const sluice::workflows::Context& expected
)
{
    using namespace sluice::workflows;
    try {
        const Measuring measuring = read_arguments(argc, argv);
        Runner runner(measuring.url, {.max_concurrent_tasks = 32});
        runner.add(workflow);

        const auto start = std::chrono::steady_clock::now();
        const auto times = Measurement(runner, workflow.name(), measuring).run(expected);
        const std::chrono::duration<double> all = std::chrono::steady_clock::now() - start;

        const double per_second = measuring.iterations / all.count();
        const double p50 = times[times.size() / 2];
        const double p99 = times[times.size() * 99 / 100];
        std::cout << workflow.name() << ": " << measuring.iterations << " runs, "
                  << measuring.concurrency << " at once: " << per_second << " workflows/s, p50 "
                  << p50 << " ms, p99 " << p99 << " ms\n";
        const Json figures = Json::object({
            {"workflow", workflow.name()},
            {"iterations", measuring.iterations},
            {"concurrency", measuring.concurrency},
            {"seconds", all.count()},
            {"workflows_per_second", per_second},
            {"p50_ms", p50},
            {"p99_ms", p99},
        });
        std::cout << figures.text() << '\n';
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}

} // namespace example
