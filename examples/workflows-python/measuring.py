# SPDX-License-Identifier: Apache-2.0
"""Runs a workflow -i times, -c of them at once, and says how long that took."""

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor

from sluice import DefaultRunner, DefaultRunnerConfig


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a positive number is needed")
    return number


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("-i", "--iterations", type=positive, default=100)
    parser.add_argument("-c", "--concurrency", type=positive, default=1)
    parser.add_argument("--db", default="sqlite://workflows-performance.db", metavar="URL")
    return parser.parse_args()


def measure(workflow: str, expected: dict) -> None:
    said = read_arguments()
    with DefaultRunner.with_config(said.db, DefaultRunnerConfig(max_concurrent_tasks=32)) as runner:

        def run(_: int) -> float:
            start = time.perf_counter()
            result = runner.execute(workflow)
            taken = time.perf_counter() - start
            assert result.status == "Completed", result.error_message
            assert result.final_context.to_dict() == expected, result
            return taken * 1000

        start = time.perf_counter()
        with ThreadPoolExecutor(said.concurrency) as callers:
            times = sorted(callers.map(run, range(said.iterations)))
        seconds = time.perf_counter() - start

    per_second = said.iterations / seconds
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    print(f"{workflow}: {said.iterations} runs, {said.concurrency} at once: "
          f"{per_second:.1f} workflows/s, p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    print(json.dumps({
        "workflow": workflow, "iterations": said.iterations, "concurrency": said.concurrency,
        "seconds": seconds, "workflows_per_second": per_second, "p50_ms": p50, "p99_ms": p99,
    }))
