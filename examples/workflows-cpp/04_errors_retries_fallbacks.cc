// SPDX-License-Identifier: Apache-2.0
// Tutorial 4: tasks that fail: tries, fallbacks, and going on from a task by hand.
#include "example.h"
#include "sluice/workflows.h"

#include <atomic>
#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>

using namespace sluice::workflows;
using namespace std::chrono_literals;
using example::check;

namespace {

std::atomic<bool> bank_is_open = false;
std::atomic<int> failures_heard_of = 0;

// Fails twice, as networks do.
void load(Context& context, TaskHandle& task)
{
    if (task.attempt() < 3)
        throw std::runtime_error("connection reset");
    context.set("price", 12);
}

void pay(Context& context)
{
    if (!bank_is_open)
        throw std::invalid_argument("the card was refused");
    context.set("paid", true);
}

Workflow checkout()
{
    TaskOptions loading;
    loading.retry = {
        .max_attempts = 5,
        .backoff = Backoff::fixed(),
        .initial_delay = 10ms,
        .condition = RetryCondition::transient(),
    };
    loading.on_failure = [](const std::string& task, const std::string& error, const Context&) {
        std::cout << task << ": " << error << '\n';
        ++failures_heard_of;
    };

    TaskOptions paying{.dependencies = {"load"}};
    paying.retry.max_attempts = 1;

    return WorkflowBuilder("checkout")
        .task("load", load, loading)
        .task("pay", pay, paying)
        .task(
            "ship", [](Context& context) { context.set("shipped", true); },
            {.dependencies = {"pay"}}
        )
        .task(
            "apologise", [](Context& context) { context.set("apologised", true); },
            {.dependencies = {"pay"}, .rule = task_failed("pay")}
        )
        .task(
            "close", [](Context& context) { context.set("closed", true); },
            {.dependencies = {"ship", "apologise"}, .rule = always()}
        )
        .build();
}

void show(const RunResult& result)
{
    std::cout << name(result.status()) << ' ' << result.error_message() << '\n';
    for (const TaskResult& task : result.tasks())
        std::cout << "  " << task.id << ": " << name(task.status) << ' ' << task.error << '\n';
}

void tutorial(const std::string& url)
{
    Runner runner(url);
    runner.add(checkout());

    const RunResult refused = runner.execute("checkout");
    show(refused);
    check(refused.status() == RunStatus::failed, "a run with a failed task has failed");
    check(refused.error_message() == "1 task(s) failed, 3 completed, 1 skipped", "its words");
    check(refused.task("load").attempts == 3, "two tries failed, the third did not");
    check(failures_heard_of == 2, "on_failure hears of each");
    check(refused.task("pay").error == "the card was refused", "the text of the error");
    check(refused.task("ship").status == TaskStatus::skipped, "what depends on a failed task");
    check(refused.final_context().contains("apologised"), "the fallback ran");
    check(refused.final_context().contains("closed"), "always() runs in any case");

    // The reason is gone: the run goes on from there, with what was done before.
    bank_is_open = true;
    const RunResult paid = runner.retry_from(refused.id(), "pay").wait();
    show(paid);
    check(paid.status() == RunStatus::completed, "now it has completed");
    check(paid.task("ship").status == TaskStatus::completed, "shipped");
    check(paid.task("apologise").status == TaskStatus::skipped, "no reason to apologise");
    check(paid.task("load").attempts == 3, "load did not run again");
}

} // namespace

int main(int argc, char** argv)
{
    return example::run(argc, argv, tutorial);
}
