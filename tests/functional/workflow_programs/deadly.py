# SPDX-License-Identifier: Apache-2.0
"""A task that always ends its process. --submit makes a run of it and says which.

When the run is final after all, it says how it has ended.
"""

import os
import signal
import threading

from common import Ledger, is_quiet, parser, say, wait_until
from sluice import DefaultRunner, WorkflowBuilder, task


def main():
    said = parser()
    said.add_argument("--submit", action="store_true")
    said = said.parse_args()
    ledger = Ledger(said.ledger)
    told = threading.Event()

    with WorkflowBuilder("deadly"):

        @task()
        def die(context, handle):
            told.wait()  # until the test knows the run
            ledger.note(handle)
            os.kill(os.getpid(), signal.SIGKILL)

    with DefaultRunner(said.db) as runner:
        if said.submit:
            say("run", runner.execute_async("deadly").id)
        told.set()
        wait_until(lambda: is_quiet(runner))
        result = runner.get_result(runner.list_runs(workflow="deadly")[0]["id"])
        say(f"{result.status}: {result.task_results[0].error}")


main()
