# SPDX-License-Identifier: Apache-2.0
"""Tutorial 1: a workflow of two tasks, run once."""

from example import database
from sluice import Context, DefaultRunner, WorkflowBuilder, task

with WorkflowBuilder("greeting") as builder:
    builder.description("Says hello to somebody")

    @task()
    def look_up(context):
        context.set("name", context.get("name", "world"))

    @task(dependencies=[look_up])
    def greet(context):
        context.set("text", f"Hello, {context['name']}!")


def main() -> None:
    with DefaultRunner(database()) as runner:
        result = runner.execute("greeting", Context({"name": "Ada"}))

        print(f"{result.status}: {result.final_context['text']}")
        for one in result.task_results:
            print(f"  {one.id}: {one.status}")

        assert result.status == "Completed"
        assert result.final_context.to_dict() == {"name": "Ada", "text": "Hello, Ada!"}
        assert [one.attempts for one in result.task_results] == [1, 1]

        nobody = runner.execute("greeting")
        assert nobody.final_context["text"] == "Hello, world!"


if __name__ == "__main__":
    main()
