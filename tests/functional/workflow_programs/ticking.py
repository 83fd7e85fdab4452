# SPDX-License-Identifier: Apache-2.0
"""A schedule that is due each second, until the process is ended. It says the schedule's id."""

import signal

from common import parser, say
from sluice import DefaultRunner, WorkflowBuilder, task


def main():
    said = parser().parse_args()

    with WorkflowBuilder("ticking"):

        @task()
        def tick(context):
            pass

    with DefaultRunner(said.db) as runner:
        say("schedule", runner.register_cron_workflow("ticking", "* * * * * *", "UTC"))
        signal.sigwait([signal.SIGTERM])


# The threads of the runner inherit this: the signal is for sigwait alone.
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
main()
