# SPDX-License-Identifier: Apache-2.0
"""Schedules as a program keeps them: zones, changes; and a trigger beside them."""

import itertools
import threading

from example import database
from sluice import Context, DefaultRunner, TriggerResult, WorkflowBuilder, task, trigger

beats = threading.Semaphore(0)
files = threading.Semaphore(0)
looks = itertools.count(1)

with WorkflowBuilder("report"):

    @task(id="work")
    def write_report(context):
        pass


with WorkflowBuilder("heartbeat"):

    @task(id="work")
    def beat(context):
        beats.release()


with WorkflowBuilder("import"):

    @task(id="work")
    def read_file(context):
        assert context["file"] == "orders.csv"
        files.release()


# Asked every 20 ms; at the third time there is a file.
@trigger(on="import", poll_interval="20ms")
def new_files():
    if next(looks) != 3:
        return TriggerResult.skip()
    return TriggerResult.fire(Context({"file": "orders.csv"}))


def refused(call) -> bool:
    try:
        call()
    except ValueError as error:
        print(error)
        return True
    return False


def keep_schedules(runner) -> None:
    """Schedules that are not due while this runs."""
    nightly = runner.register_cron_workflow("report", "30 2 * * MON-FRI", "Europe/Berlin")
    monthly = runner.register_cron_workflow("report", "0 0 6 LW * *", "America/New_York")
    for schedule in runner.list_cron_schedules(enabled_only=True):
        print(schedule["workflow_name"], schedule["cron_expression"], schedule["timezone"],
              schedule["next_run_at"])

    runner.update_cron_schedule(nightly, cron_expression="0 1 * * MON-FRI")
    assert runner.get_cron_schedule(nightly)["timezone"] == "Europe/Berlin"  # the rest stays
    runner.set_cron_schedule_enabled(monthly, False)
    assert not runner.get_cron_schedule(monthly)["enabled"]

    assert refused(lambda: runner.register_cron_workflow("report", "61 * * * *", "UTC"))
    assert refused(lambda: runner.register_cron_workflow("no such", "@daily", "UTC"))

    runner.delete_cron_schedule(nightly)
    runner.delete_cron_schedule(monthly)


def every_second(runner) -> None:
    schedule = runner.register_cron_workflow("heartbeat", "* * * * * *", "UTC")
    for _ in range(3):
        assert beats.acquire(timeout=60)
    runner.set_cron_schedule_enabled(schedule, False)
    history = runner.get_cron_execution_history(schedule)
    assert len(history) >= 3
    assert history[0]["scheduled_time"] > history[1]["scheduled_time"]  # newest first
    runner.delete_cron_schedule(schedule)


def main() -> None:
    with DefaultRunner(database()) as runner:
        keep_schedules(runner)
        every_second(runner)
        assert files.acquire(timeout=60)
        assert runner.get_trigger_execution_history("new_files")
        assert runner.get_trigger_schedule("new_files")["poll_interval_ms"] == 20


if __name__ == "__main__":
    main()
