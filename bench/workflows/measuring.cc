// SPDX-License-Identifier: Apache-2.0
#include "measuring.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace workflow_bench {

namespace {

// The number of a line of /proc/self/status: "VmRSS:     1234 kB".
std::size_t status_of_process(const std::string& name)
{
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string first;
        std::size_t number = 0;
        if (words >> first && first == name + ':' && words >> number)
            return number;
    }
    throw std::runtime_error("/proc/self/status has no " + name);
}

double seconds_of(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

} // namespace

void expect(bool is_so, const std::string& what)
{
    if (!is_so)
        throw std::runtime_error(what);
}

void for_each(std::size_t count, std::size_t clients, const std::function<void(std::size_t)>& work)
{
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::exception_ptr failure;
    const auto call = [&] {
        try {
            for (std::size_t i = next++; i < count; i = next++)
                work(i);
        } catch (...) {
            const std::scoped_lock lock(mutex);
            if (!failure)
                failure = std::current_exception();
            next = count;
        }
    };
    std::vector<std::thread> callers;
    for (std::size_t i = 0; i < clients; ++i)
        callers.emplace_back(call);
    for (std::thread& caller : callers)
        caller.join();
    if (failure)
        std::rethrow_exception(failure);
}

std::vector<double> run_many(
    sluice::workflows::Runner& runner, const std::string& workflow, std::size_t count,
    std::size_t clients
)
{
    std::vector<double> millis(count);
    for_each(count, clients, [&](std::size_t i) {
        const Clock::time_point begin = Clock::now();
        const sluice::workflows::RunResult result = runner.execute(workflow);
        millis[i] = seconds_since(begin) * 1e3;
        expect(
            result.status() == sluice::workflows::RunStatus::completed,
            "run " + result.id() + ": " + result.error_message()
        );
    });
    return millis;
}

double percentile(std::vector<double> values, double share)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

double resident_mib()
{
    return static_cast<double>(status_of_process("VmRSS")) / 1024;
}

double cpu_seconds()
{
    rusage usage{};
    expect(getrusage(RUSAGE_SELF, &usage) == 0, "getrusage has failed");
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

std::size_t threads()
{
    return status_of_process("Threads");
}

void Counter::add()
{
    const std::scoped_lock lock(mutex_);
    if (++count_ == wanted_)
        reached_.notify_one();
}

void Counter::wait_for(std::size_t wanted, std::chrono::seconds limit, const std::string& of_what)
{
    std::unique_lock lock(mutex_);
    wanted_ = wanted;
    const bool have_come = reached_.wait_for(lock, limit, [&] { return count_ >= wanted; });
    expect(
        have_come, std::to_string(count_) + " of " + std::to_string(wanted) + ' ' + of_what +
                       " after " + std::to_string(limit.count()) + " s"
    );
}

} // namespace workflow_bench
