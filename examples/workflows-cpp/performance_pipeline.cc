// SPDX-License-Identifier: Apache-2.0
// How long three tasks one after the other take: performance_pipeline [-i iterations]
// [-c concurrency]
#include "measuring.h"

using namespace sluice::workflows;

namespace {

void extract(Context& context)
{
    context.set("numbers", std::vector<int>{1, 2, 3});
}

void transform(Context& context)
{
    int sum = 0;
    for (const int number : context.require<std::vector<int>>("numbers"))
        sum += number;
    context.set("sum", sum);
}

void load(Context& context)
{
    context.remove("numbers");
    context.set("loaded", context.require<int>("sum") == 6);
}

} // namespace

int main(int argc, char** argv)
{
    const Workflow workflow = WorkflowBuilder("pipeline")
                                  .task("extract", extract)
                                  .task("transform", transform, {.dependencies = {"extract"}})
                                  .task("load", load, {.dependencies = {"transform"}})
                                  .build();
    return example::measure(argc, argv, workflow, {{"sum", 6}, {"loaded", true}});
}
