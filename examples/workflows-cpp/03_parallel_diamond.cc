// SPDX-License-Identifier: Apache-2.0
// Tutorial 3: tasks side by side, a task that waits without holding a thread, runs side by side.
#include "example.h"
#include "sluice/workflows.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

using namespace sluice::workflows;
using namespace std::chrono_literals;
using example::check;

namespace {

void clean(Context& context)
{
    std::string text = context.require<std::string>("text");
    std::replace(text.begin(), text.end(), '\t', ' ');
    context.set("text", text);
}

void count_words(Context& context)
{
    const std::string text = context.require<std::string>("text");
    context.set("words", std::count(text.begin(), text.end(), ' ') + 1);
}

void count_letters(Context& context)
{
    const std::string text = context.require<std::string>("text");
    context.set("letters", text.size() - std::count(text.begin(), text.end(), ' '));
}

// A coroutine: while it waits it has neither a thread nor a slot.
Coro<> approve(Context& context, TaskHandle& task)
{
    std::atomic<int> looks = 0;
    const auto is_approved = [&looks] { return ++looks == 3; };
    co_await task.until(is_approved, 10ms);
    context.set("looks", looks.load());
}

void report(Context& context)
{
    const int words = context.require<int>("words");
    context.set("letters_per_word", context.require<double>("letters") / words);
}

Workflow text_statistics()
{
    return WorkflowBuilder("text_statistics")
        .task("clean", clean)
        .task("words", count_words, {.dependencies = {"clean"}})
        .task("letters", count_letters, {.dependencies = {"clean"}})
        .task("approve", approve, {.dependencies = {"clean"}})
        .task("report", report, {.dependencies = {"words", "letters", "approve"}})
        .build();
}

// What a workflow says about itself before anything runs.
void look_at(const Workflow& workflow)
{
    std::cout << workflow.draw(Workflow::Format::ascii) << '\n';
    const std::vector<std::vector<std::string>> levels = {
        {"clean"}, {"words", "letters", "approve"}, {"report"}};
    check(workflow.execution_levels() == levels, "three levels");
    check(workflow.can_run_parallel("words", "letters"), "side by side");
    check(!workflow.can_run_parallel("clean", "report"), "one after the other");
    check(workflow.roots() == std::vector<std::string>{"clean"}, "roots");
    check(workflow.leaves() == std::vector<std::string>{"report"}, "leaves");
}

void tutorial(const std::string& url)
{
    const Workflow workflow = text_statistics();
    look_at(workflow);

    Runner runner(url, {.max_concurrent_tasks = 4});
    runner.add(workflow);
    const RunResult result = runner.execute("text_statistics", {{"text", "to be\tor not to be"}});
    std::cout << result.final_context().to_json() << '\n';
    check(result.final_context().require<int>("words") == 6, "words");
    check(result.final_context().require<int>("letters") == 13, "letters");
    check(result.final_context().require<int>("looks") == 3, "it was asked three times");

    // Runs side by side: each is durable when execute_async returns.
    std::vector<Handle> runs;
    for (const char* text : {"one", "one two", "one two three"})
        runs.push_back(runner.execute_async("text_statistics", {{"text", text}}));
    int words = 0;
    for (const Handle& run : runs)
        words += run.wait().final_context().require<int>("words");
    check(words == 6, "all three were counted");
}

} // namespace

int main(int argc, char** argv)
{
    return example::run(argc, argv, tutorial);
}
