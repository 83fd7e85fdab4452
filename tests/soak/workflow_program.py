# SPDX-License-Identifier: Apache-2.0
"""One of many processes that share a database: submits mixed workflows, and ends as it is told.

    workflow_program.py --db URL --accepted FILE --seed N --end wait|exit|kill|interrupt
    workflow_program.py --db URL --accepted FILE --end settle

It says `ready` when it has a runner and submits, and appends the id of each run to the file once
that cannot be lost any more. `settle` submits nothing: it waits until all runs of the database are
final, and prints as JSON how many there were and what is wrong with them.
"""

import argparse
import json
import os
import random
import time

import mixed_workflows
from sluice import DefaultRunner, DefaultRunnerConfig

SUBMITTED = 12  # runs of each process
SETTLE_SECONDS = 180


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", required=True)
    parser.add_argument("--accepted", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--end", required=True,
                        choices=("wait", "exit", "kill", "interrupt", "settle"))
    return parser.parse_args()


def submit(runner, rng, accepted):
    """Yields handles."""
    file = os.open(accepted, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for _ in range(SUBMITTED):
        name = rng.choice(mixed_workflows.NAMES)
        handle = runner.execute_async(name, {"number": rng.randrange(1000)})
        os.write(file, f"{handle.id}\n".encode())  # one write: others append to it, too
        yield handle
        time.sleep(rng.uniform(0, 0.05))
    os.close(file)


def work(runner, said):
    print("ready", flush=True)
    handles = list(submit(runner, random.Random(said.seed), said.accepted))
    if said.end == "exit":
        handles[0].wait()  # the others go on while the interpreter ends
        return
    for handle in handles:
        for problem in mixed_workflows.problems(handle.wait()):
            raise AssertionError(problem)
    if said.end != "wait":
        time.sleep(2)  # the signal may still come


def active_runs(runner):
    return [run for status in ("Pending", "Running", "Paused")
            for run in runner.list_runs(status=status, limit=1000)]


def every_run(runner):
    before = ""
    while page := runner.list_runs(before=before, limit=1000):
        yield from page
        before = page[-1]["id"]


def settle(runner, accepted):
    end = time.monotonic() + SETTLE_SECONDS
    while active_runs(runner) and time.monotonic() < end:
        time.sleep(0.5)
    problems = [f"run {run['id']} of {run['workflow']} is {run['status']}: "
                f"{runner.why(run['id'])}" for run in active_runs(runner)]
    runs = {run["id"]: run for run in every_run(runner)}
    with open(accepted) as lines:
        problems += [f"run {id} was accepted and is lost" for id in lines.read().split()
                     if id not in runs]
    for id, run in runs.items():
        if run["status"] in ("Completed", "Failed", "Cancelled"):
            problems += mixed_workflows.problems(runner.get_result(id))
    return {"runs": len(runs), "problems": problems}


def main():
    said = arguments()
    mixed_workflows.register()
    config = DefaultRunnerConfig(max_concurrent_tasks=4)
    if said.end == "settle":
        with DefaultRunner.with_config(said.db, config) as runner:
            print(json.dumps(settle(runner, said.accepted)))
    elif said.end == "exit":
        work(DefaultRunner.with_config(said.db, config), said)
    else:
        mixed_workflows.register_trigger()
        with DefaultRunner.with_config(said.db, config) as runner:
            work(runner, said)


if __name__ == "__main__":
    main()
