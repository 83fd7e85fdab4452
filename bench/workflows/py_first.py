# SPDX-License-Identifier: Apache-2.0
"""From `import sluice` to the end of the first workflow, and what the process takes then."""

import sys
import time

begin = time.perf_counter()

import sluice  # noqa: E402: it is what is measured

with sluice.WorkflowBuilder("first"):

    @sluice.task()
    def hello(context):
        context.set("text", "hello")


with sluice.DefaultRunner(sys.argv[1]) as runner:
    assert runner.execute("first").final_context["text"] == "hello"
    taken = time.perf_counter() - begin

with open("/proc/self/status") as status:
    resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024
print(f'{{"first_s": {taken}, "resident_mib": {resident}, "options": "defaults"}}')
