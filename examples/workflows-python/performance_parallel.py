# SPDX-License-Identifier: Apache-2.0
"""How long five tasks take, three of them side by side: performance_parallel.py [-i N] [-c N]"""

from measuring import measure
from sluice import Context, WorkflowBuilder, task

with WorkflowBuilder("parallel"):

    @task()
    def split(context):
        context.set("start", 1)

    @task(dependencies=[split])
    def a(context):
        context.set("a", 1)

    @task(dependencies=[split])
    def b(context):
        context.set("b", 2)

    @task(dependencies=[split])
    def c(context):
        context.set("c", 3)

    @task(dependencies=[a, b, c])
    def add_up(context):
        return Context({"sum": context["a"] + context["b"] + context["c"]})


if __name__ == "__main__":
    measure("parallel", {"sum": 6})
