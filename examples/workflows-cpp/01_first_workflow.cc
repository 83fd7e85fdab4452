// SPDX-License-Identifier: Apache-2.0
// Tutorial 1: a workflow of two tasks, run once.
#include "example.h"
#include "sluice/workflows.h"

#include <iostream>
#include <string>

using namespace sluice::workflows;
using example::check;

namespace {

Workflow greeting()
{
    const auto look_up = [](Context& context) {
        const auto given = context.get<std::string>("name");
        context.set("name", given.value_or("world"));
    };
    const auto greet = [](Context& context) {
        context.set("text", "Hello, " + context.require<std::string>("name") + "!");
    };

    return WorkflowBuilder("greeting")
        .description("Says hello to somebody")
        .task("look_up", look_up)
        .task("greet", greet, {.dependencies = {"look_up"}})
        .build();
}

void tutorial(const std::string& url)
{
    Runner runner(url);
    runner.add(greeting());

    const RunResult result = runner.execute("greeting", {{"name", "Ada"}});

    std::cout << name(result.status()) << ": "
              << result.final_context().require<std::string>("text") << '\n';
    for (const TaskResult& task : result.tasks())
        std::cout << "  " << task.id << ": " << name(task.status) << '\n';

    check(result.status() == RunStatus::completed, "the run has completed");
    check(result.final_context() == Context({{"name", "Ada"}, {"text", "Hello, Ada!"}}), "text");
    check(result.task("greet").attempts == 1, "one attempt was enough");

    const RunResult nobody = runner.execute("greeting");
    check(nobody.final_context().require<std::string>("text") == "Hello, world!", "the default");
}

} // namespace

int main(int argc, char** argv)
{
    return example::run(argc, argv, tutorial);
}
