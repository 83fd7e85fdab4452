# SPDX-License-Identifier: Apache-2.0
"""Tutorial 5: a workflow that runs every second, three times."""

import threading
from datetime import datetime, timezone

from example import database
from sluice import DefaultRunner, WorkflowBuilder, task

ticks = threading.Semaphore(0)

with WorkflowBuilder("clock"):

    @task()
    def tick(context):
        print("due at", context["scheduled_time"])
        ticks.release()


def main() -> None:
    start = datetime.now(timezone.utc).isoformat()
    with DefaultRunner(database()) as runner:
        schedule = runner.register_cron_workflow("clock", "* * * * * *", "UTC")
        assert runner.register_cron_workflow("clock", "* * * * * *", "UTC") == schedule

        for _ in range(3):
            assert ticks.acquire(timeout=60)
        runner.set_cron_schedule_enabled(schedule, False)

        history = runner.get_cron_execution_history(schedule)
        assert len(history) >= 3
        for execution in history:
            result = runner.attach(execution["workflow_execution_id"]).wait()
            assert result.status == "Completed"
            assert result.initial_context["schedule_id"] == schedule
        stats = runner.get_cron_execution_stats(start)
        assert (stats["lost_executions"], stats["success_rate"]) == (0, 100.0)
        assert runner.get_cron_schedule(schedule)["next_run_at"] is None

        runner.delete_cron_schedule(schedule)
        try:
            runner.get_cron_schedule(schedule)
        except ValueError as error:
            print(error)
        else:
            raise AssertionError("the schedule is still there")


if __name__ == "__main__":
    main()
