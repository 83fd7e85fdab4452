# SPDX-License-Identifier: Apache-2.0
"""One run whose body stands at a gate, a file, until somebody makes it.

--submit: makes the run, says its id, and how it ended. --attach ID: waits for a run that another
process has made, without knowing its workflow. Neither: takes part until all runs are final.
"""

import pathlib
import time

from common import Ledger, is_quiet, parser, say, wait_until
from sluice import DefaultRunner, WorkflowBuilder, task


def arguments():
    said = parser()
    said.add_argument("--gate", type=pathlib.Path, required=True)
    said.add_argument("--submit", action="store_true")
    said.add_argument("--attach")
    return said.parse_args()


def define(said, opened_at):
    ledger = Ledger(said.ledger)

    with WorkflowBuilder("gated"):

        @task()
        def stand(context, handle):
            ledger.note(handle)
            say(f"begun after {time.monotonic() - opened_at:.3f} s")
            wait_until(said.gate.exists)


def main():
    said = arguments()
    if said.attach is None:
        define(said, time.monotonic())
    with DefaultRunner(said.db) as runner:
        if said.submit:
            handle = runner.execute_async("gated")
        elif said.attach is not None:
            handle = runner.attach(said.attach)
        else:
            say("ready")
            wait_until(lambda: is_quiet(runner))
            return
        say("run", handle.id)
        say(handle.wait().status, "at", time.monotonic())


main()
