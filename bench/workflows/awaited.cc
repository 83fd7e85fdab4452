// SPDX-License-Identifier: Apache-2.0
#include "measuring.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace workflow_bench {

using namespace sluice::workflows;

namespace {

// Bodies stand at it until it is opened.
class Gate {
public:
    void pass()
    {
        std::unique_lock lock(mutex_);
        opened_.wait(lock, [this] { return is_open_; });
    }

    void open()
    {
        const std::scoped_lock lock(mutex_);
        is_open_ = true;
        opened_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool is_open_ = false;
};

} // namespace

Figures awaited(const Options& options)
{
    const std::size_t count = or_default(options.size, 10'000);
    const std::size_t idle = or_default(options.seconds, 60);
    Gate gate; // before the Runner, whose bodies stand at it
    Counter ended;
    Runner runner(options.url);
    runner.add(WorkflowBuilder("gated").task("wait", [&](Context&) { gate.pass(); }).build());

    // Its bodies have their threads, and so have the callbacks.
    std::vector<Handle> handles(1, runner.execute_async("gated"));
    const auto on_status = [&](const std::string&, RunStatus status) {
        if (is_final(status))
            ended.add();
    };
    for (std::size_t i = 0; i < 8; ++i)
        handles.push_back(runner.execute_async("gated", {}, on_status));
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const std::size_t threads_before = threads();

    handles.reserve(count);
    std::mutex mutex;
    for_each(count - handles.size(), clients_default, [&](std::size_t) {
        Handle handle = runner.execute_async("gated", {}, on_status);
        const std::scoped_lock lock(mutex);
        handles.push_back(std::move(handle));
    });
    std::this_thread::sleep_for(std::chrono::seconds(5));
    const double cpu = cpu_seconds();
    std::this_thread::sleep_for(std::chrono::seconds(idle));
    const double cpu_percent = (cpu_seconds() - cpu) / static_cast<double>(idle) * 100;
    const double more_threads =
        static_cast<double>(threads()) - static_cast<double>(threads_before);
    const double resident = resident_mib();

    const Clock::time_point begin = Clock::now();
    gate.open();
    ended.wait_for(count - 1, std::chrono::minutes(10), "runs have told their end");
    const double drained = seconds_since(begin);
    for (const Handle& handle : handles)
        expect(handle.wait().status() == RunStatus::completed, handle.id() + " has not completed");
    return {
        {"threads_more", more_threads},
        {"resident_mib", resident},
        {"idle_cpu_percent", cpu_percent},
        {"drained_s", drained}};
}

} // namespace workflow_bench
