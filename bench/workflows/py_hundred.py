# SPDX-License-Identifier: Apache-2.0
"""One workflow of 100 tasks side by side that do nothing."""

from measured import arguments, percentile, run_once, tell, wide_runner
from sluice import WorkflowBuilder, task

with WorkflowBuilder("hundred"):
    for number in range(100):

        @task(id=f"task-{number}")
        def nothing(context):
            pass


def main():
    said = arguments(size=50)
    with wide_runner(said.db) as runner:
        for _ in range(5):
            run_once(runner, "hundred")
        millis = [run_once(runner, "hundred") for _ in range(said.size)]
    tell(p50_ms=percentile(millis, 0.5), p99_ms=percentile(millis, 0.99),
         options="max_concurrent_tasks 32")


main()
