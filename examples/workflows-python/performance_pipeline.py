# SPDX-License-Identifier: Apache-2.0
"""How long three tasks one after the other take: performance_pipeline.py [-i N] [-c N]"""

from measuring import measure
from sluice import WorkflowBuilder, task

with WorkflowBuilder("pipeline"):

    @task()
    def extract(context):
        context.set("numbers", [1, 2, 3])

    @task(dependencies=[extract])
    def transform(context):
        context.set("sum", sum(context["numbers"]))

    @task(dependencies=[transform])
    def load(context):
        context.remove("numbers")
        context.set("loaded", context["sum"] == 6)


if __name__ == "__main__":
    measure("pipeline", {"sum": 6, "loaded": True})
