# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks in Python share."""

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor

from sluice import DefaultRunner, DefaultRunnerConfig

PLACES = 32  # bodies at once where throughput is measured; by default a runner has four
CLIENTS = 32


def arguments(size):
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", required=True, metavar="URL")
    parser.add_argument("--size", type=int, default=size)
    return parser.parse_args()


def wide_runner(url):
    return DefaultRunner.with_config(url, DefaultRunnerConfig(max_concurrent_tasks=PLACES))


def run_once(runner, workflow):
    """Milliseconds."""
    begin = time.perf_counter()
    result = runner.execute(workflow)
    taken = (time.perf_counter() - begin) * 1e3
    assert result.status == "Completed", result.error_message
    return taken


def rate(runner, workflow, count):
    """Workflows a second, CLIENTS at once."""
    with ThreadPoolExecutor(CLIENTS) as callers:
        begin = time.perf_counter()
        for _ in callers.map(lambda _: run_once(runner, workflow), range(count)):
            pass
        return count / (time.perf_counter() - begin)


def percentile(values, share):
    return sorted(values)[int(share * (len(values) - 1))]


def tell(**figures):
    print(json.dumps(figures), flush=True)
