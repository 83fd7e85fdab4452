# SPDX-License-Identifier: Apache-2.0
"""Runs of three steps, each with a line in the ledger, until all runs of the database are final.

It says `ready`, `submitted` when it has submitted its runs, and `done`. Its own runs begin when all
are submitted. With --until it is not done before that file is there.
"""

import pathlib
import threading
from concurrent.futures import ThreadPoolExecutor

from common import Ledger, is_quiet, parser, rest, say, wait_until
from sluice import DefaultRunner, DefaultRunnerConfig, WorkflowBuilder, task


def arguments():
    said = parser()
    said.add_argument("--submit", type=int, default=0)
    said.add_argument("--places", type=int, default=4)
    said.add_argument("--pause", type=float, default=0.005)
    said.add_argument("--until", type=pathlib.Path)
    return said.parse_args()


def define(ledger, pause, begin):
    def step(context, handle):
        begin.wait()
        rest(pause)
        ledger.note(handle)
        context.set(handle.task_id, True)

    with WorkflowBuilder("steps"):
        for id, dependencies in (("first", []), ("second", ["first"]), ("third", ["second"])):
            task(id=id, dependencies=dependencies)(step)


def main():
    said = arguments()
    begin = threading.Event()
    define(Ledger(said.ledger), said.pause, begin)
    config = DefaultRunnerConfig(max_concurrent_tasks=said.places, workflow_timeout_seconds=1800)
    with DefaultRunner.with_config(said.db, config) as runner:
        say("ready")
        with ThreadPoolExecutor(8) as callers:
            for _ in callers.map(lambda _: runner.execute_async("steps"), range(said.submit)):
                pass
        say("submitted")
        begin.set()
        wait_until(lambda: (said.until is None or said.until.exists()) and is_quiet(runner))
    say("done")


main()
