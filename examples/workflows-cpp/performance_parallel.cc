// SPDX-License-Identifier: Apache-2.0
// How long five tasks take, three of them side by side: performance_parallel [-i iterations]
// [-c concurrency]
#include "measuring.h"

using namespace sluice::workflows;

namespace {

void add_up(Context& context)
{
    const int sum =
        context.require<int>("a") + context.require<int>("b") + context.require<int>("c");
    context = Context({{"sum", sum}});
}

} // namespace

int main(int argc, char** argv)
{
    const Workflow workflow =
        WorkflowBuilder("parallel")
            .task("split", [](Context& context) { context.set("start", 1); })
            .task("a", [](Context& context) { context.set("a", 1); }, {.dependencies = {"split"}})
            .task("b", [](Context& context) { context.set("b", 2); }, {.dependencies = {"split"}})
            .task("c", [](Context& context) { context.set("c", 3); }, {.dependencies = {"split"}})
            .task("add_up", add_up, {.dependencies = {"a", "b", "c"}})
            .build();
    return example::measure(argc, argv, workflow, {{"sum", 6}});
}
