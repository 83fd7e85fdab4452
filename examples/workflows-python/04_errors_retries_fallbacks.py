# SPDX-License-Identifier: Apache-2.0
"""Tutorial 4: tasks that fail: tries, fallbacks, and going on from a task by hand."""

from example import database
from sluice import DefaultRunner, WorkflowBuilder, always, task, task_failed

bank = {"is_open": False}
heard_of = []


def on_failure(task_id, error, context):
    print(f"{task_id}: {error}")
    heard_of.append(task_id)


with WorkflowBuilder("checkout"):

    # Fails twice, as networks do.
    @task(retry_attempts=5, retry_backoff="fixed", retry_delay_ms=10, retry_condition="transient",
          on_failure=on_failure)
    def load(context, handle):
        if handle.attempt < 3:
            raise ConnectionError("connection reset")
        context.set("price", 12)

    @task(dependencies=[load], retry_attempts=1)
    def pay(context):
        if not bank["is_open"]:
            raise ValueError("the card was refused")
        context.set("paid", True)

    @task(dependencies=[pay])
    def ship(context):
        context.set("shipped", True)

    @task(dependencies=[pay], trigger_rules=task_failed("pay"))
    def apologise(context):
        context.set("apologised", True)

    @task(dependencies=[ship, apologise], trigger_rules=always())
    def close(context):
        context.set("closed", True)


def tasks_of(result):
    print(result.status, result.error_message or "")
    for one in result.task_results:
        print(f"  {one.id}: {one.status} {one.error or ''}")
    return {one.id: one for one in result.task_results}


def main() -> None:
    with DefaultRunner(database()) as runner:
        refused = runner.execute("checkout")
        tasks = tasks_of(refused)
        assert refused.status == "Failed"
        assert refused.error_message == "1 task(s) failed, 3 completed, 1 skipped"
        assert tasks["load"].attempts == 3  # two tries failed, the third did not
        assert heard_of == ["load", "load"]
        assert tasks["pay"].error == "ValueError: the card was refused"
        assert tasks["ship"].status == "Skipped"  # it depends on a failed task
        assert "apologised" in refused.final_context  # the fallback ran
        assert "closed" in refused.final_context  # always() runs in any case

        # The reason is gone: the run goes on from there, with what was done before.
        bank["is_open"] = True
        paid = runner.retry_from(refused.id, "pay").wait()
        tasks = tasks_of(paid)
        assert paid.status == "Completed"
        assert tasks["ship"].status == "Completed"
        assert tasks["apologise"].status == "Skipped"
        assert tasks["load"].attempts == 3  # it did not run again


if __name__ == "__main__":
    main()
