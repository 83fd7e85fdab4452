# SPDX-License-Identifier: Apache-2.0
"""Schedules of one minute that nobody has looked at for hours.

--fill N: stores N of them, hourly in the minute --minute, and fires none. Without it: fires what is
owed until there are --expect runs, and does others meanwhile, one after the other: how many came
through?
"""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor

from common import is_quiet, parser, say, wait_until
from sluice import DefaultRunner, DefaultRunnerConfig, WorkflowBuilder, task

MONTHS = [str(month) for month in range(1, 13)]
CAUGHT_UP_MAX = 3


def arguments():
    said = parser()
    said.add_argument("--fill", type=int)
    said.add_argument("--minute", type=int)
    said.add_argument("--expect", type=int)
    return said.parse_args()


def define():
    with WorkflowBuilder("late"):

        @task()
        def nothing(context):
            pass

    with WorkflowBuilder("prompt"):

        @task()
        def at_once(context):
            pass


def fill(said):
    """Of one workflow, so they differ in how they spell the months of the year."""
    spellings = itertools.islice(itertools.permutations(MONTHS), said.fill)
    expressions = [f"{said.minute} * * {','.join(months)} *" for months in spellings]
    config = DefaultRunnerConfig(enable_cron_scheduling=False)
    with DefaultRunner.with_config(said.db, config) as runner, ThreadPoolExecutor(32) as callers:
        def add(expression):
            return runner.register_cron_workflow("late", expression, "UTC")

        assert len(set(callers.map(add, expressions))) == said.fill


def catch_up(said):
    config = DefaultRunnerConfig(
        max_concurrent_tasks=16, cron_max_catchup_executions=CAUGHT_UP_MAX
    )
    prompt = 0
    with DefaultRunner.with_config(said.db, config) as runner:

        def is_over():
            nonlocal prompt
            assert runner.execute("prompt").status == "Completed"
            prompt += 1
            stats = runner.get_cron_execution_stats("2000-01-01T00:00:00Z")
            return stats["total_executions"] >= said.expect and is_quiet(runner)

        wait_until(is_over)
        stats = runner.get_cron_execution_stats("2000-01-01T00:00:00Z")
    say(json.dumps(stats | {"prompt": prompt}))


def main():
    said = arguments()
    define()
    if said.fill is not None:
        fill(said)
    else:
        catch_up(said)


main()
