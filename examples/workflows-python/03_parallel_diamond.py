# SPDX-License-Identifier: Apache-2.0
"""Tutorial 3: tasks side by side, a task that waits without a slot, runs side by side."""

import itertools

from example import database
from sluice import Context, DefaultRunner, DefaultRunnerConfig, WorkflowBuilder, task

with WorkflowBuilder("text_statistics") as builder:

    @task()
    def clean(context):
        context.set("text", context["text"].replace("\t", " "))

    @task(dependencies=[clean])
    def words(context):
        context.set("words", len(context["text"].split(" ")))

    @task(dependencies=[clean])
    async def letters(context):
        context.set("letters", len(context["text"].replace(" ", "")))

    @task(dependencies=[clean])
    def approve(context, handle):
        looks = itertools.count(1)
        handle.defer_until(lambda: next(looks) == 3, poll_interval_ms=10)
        context.set("looks", next(looks) - 1)

    @task(dependencies=[words, letters, approve])
    def report(context):
        context.set("letters_per_word", context["letters"] / context["words"])


def look_at(workflow) -> None:
    """What a workflow says about itself before anything runs."""
    print(workflow.draw("ascii"))
    levels = [[name.split("::")[-1] for name in level] for level in workflow.get_execution_levels()]
    assert levels == [["clean"], ["words", "letters", "approve"], ["report"]]
    assert workflow.get_roots() == ["public::embedded::text_statistics::clean"]
    assert workflow.get_leaves() == ["public::embedded::text_statistics::report"]


def main() -> None:
    look_at(builder.build())
    config = DefaultRunnerConfig(max_concurrent_tasks=4)
    with DefaultRunner.with_config(database(), config) as runner:
        result = runner.execute("text_statistics", Context({"text": "to be\tor not to be"}))
        print(result.final_context)
        assert result.final_context["words"] == 6
        assert result.final_context["letters"] == 13
        assert result.final_context["looks"] == 3

        # Runs side by side: each is durable when execute_async returns.
        texts = ["one", "one two", "one two three"]
        runs = [runner.execute_async("text_statistics", {"text": text}) for text in texts]
        assert sum(run.wait().final_context["words"] for run in runs) == 6


if __name__ == "__main__":
    main()
