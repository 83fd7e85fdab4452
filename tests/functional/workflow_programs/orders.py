# SPDX-License-Identifier: Apache-2.0
"""Leaves workflows and runs behind, for commands to look at: prints the ids of the runs as JSON.

The runs of `waiting` are not final: their bodies wait, and nobody is there any more to go on.
"""

import json

import sluice
from common import parser, say, wait_until
from sluice import Context, DefaultRunner, WorkflowBuilder, task

WAITING = 3


def define():
    with WorkflowBuilder("orders") as builder:
        builder.description("what is ordered").tag("team", "shop")

        @task(timeout=30)
        def load(context):
            return Context({"rows": [context["customer"]]})

        @task(dependencies=[load], retry_attempts=2, retry_delay_ms=10)
        def price(context, handle):
            if handle.attempt == 1:
                raise ConnectionError("the price list is away")
            context.set("price", 7)

        @task(dependencies=[load], trigger_rules=sluice.context_value("rows", "exists", None))
        def stock(context):
            context.set("stock", True)

        @task(dependencies=[price, stock])
        def confirm(context):
            context.set("confirmed", True)

    with WorkflowBuilder("broken"):

        @task(retry_attempts=1)
        def fail(context):
            raise ValueError("boom")

        @task(dependencies=[fail])
        def after(context):
            pass

    with WorkflowBuilder("waiting"):

        @task()
        def wait(context, handle):
            handle.defer_until(lambda: False, poll_interval_ms=20)

        @task(dependencies=[wait])
        def go_on(context):
            pass


def main():
    said = parser()
    said.add_argument("--schema")
    said = said.parse_args()
    define()
    open_runner = DefaultRunner if said.schema is None else DefaultRunner.with_schema
    runner = open_runner(*filter(None, (said.db, said.schema)))
    ids = {
        "orders": [runner.execute("orders", {"customer": 7}).id for _ in range(2)],
        "broken": [runner.execute("broken").id for _ in range(2)],
        "waiting": [runner.execute_async("waiting").id for _ in range(WAITING)],
    }
    wait_until(lambda: all(runner.get_status(id) == "Running" for id in ids["waiting"]))
    runner.shutdown(grace_seconds=0.1)
    say(json.dumps(ids))


main()
