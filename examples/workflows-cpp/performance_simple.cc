// SPDX-License-Identifier: Apache-2.0
// How long a workflow of one task takes: performance_simple [-i iterations] [-c concurrency]
#include "measuring.h"

using namespace sluice::workflows;

int main(int argc, char** argv)
{
    const Workflow workflow =
        WorkflowBuilder("simple").task(
                                     "only", [](Context& context) { context.set("value", 42); }
        ).build();
    return example::measure(argc, argv, workflow, {{"value", 42}});
}
