# SPDX-License-Identifier: Apache-2.0
"""How long a workflow of one task takes: performance_simple.py [-i iterations] [-c concurrency]"""

from measuring import measure
from sluice import WorkflowBuilder, task

with WorkflowBuilder("simple"):

    @task()
    def only(context):
        context.set("value", 42)


if __name__ == "__main__":
    measure("simple", {"value": 42})
