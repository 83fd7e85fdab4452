# SPDX-License-Identifier: Apache-2.0
"""A chain of three tasks that do nothing: one run after the other, then 32 at once."""

from measured import CLIENTS, arguments, percentile, rate, run_once, tell, wide_runner
from sluice import DefaultRunner, WorkflowBuilder, task

with WorkflowBuilder("chain"):

    @task()
    def first(context):
        pass

    @task(dependencies=[first])
    def second(context):
        pass

    @task(dependencies=[second])
    def third(context):
        pass


def main():
    said = arguments(size=1000)
    with DefaultRunner(said.db) as runner:
        for _ in range(50):
            run_once(runner, "chain")
        millis = [run_once(runner, "chain") for _ in range(said.size)]
    with wide_runner(said.db) as runner:
        rate(runner, "chain", said.size)
        per_second = rate(runner, "chain", 5 * said.size)
    tell(
        p50_ms=percentile(millis, 0.5), p99_ms=percentile(millis, 0.99),
        workflows_per_s=per_second, clients=CLIENTS,
        options="defaults for the latency, max_concurrent_tasks 32 for the throughput",
    )


main()
