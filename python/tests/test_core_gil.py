# SPDX-License-Identifier: Apache-2.0
"""A task that keeps the GIL harms itself only; the engine goes on, and whoever waits gives it back.

`PyDLL` calls C without giving the GIL back: `usleep` is the work of such a task.
"""

import ctypes
import datetime
import sys
import threading

import pytest

from sluice import DefaultRunner, WorkflowBuilder, task

HELD_US = 3_000_000


@pytest.fixture
def runner(tmp_path):
    with DefaultRunner(f"sqlite://{tmp_path / 'a.db'}") as runner:
        yield runner


def keep_the_gil():
    ctypes.PyDLL(None).usleep(HELD_US)


def seconds_of(result):
    ends = [datetime.datetime.fromisoformat(time.replace("Z", "+00:00"))
            for time in (result.task_results[0].start_time, result.end_time)]
    return (ends[1] - ends[0]).total_seconds()


def test_task_that_keeps_the_gil_is_timed_out_meanwhile(runner):
    with WorkflowBuilder("keeps"):
        @task(id="only", retry_attempts=1, timeout=1)
        def body(context):
            keep_the_gil()

    result = runner.execute("keeps")
    assert result.status == "Failed"
    assert seconds_of(result) < HELD_US / 1e6 - 0.5


def test_other_threads_run_while_one_waits(runner):
    go_on = threading.Event()
    with WorkflowBuilder("waits"):
        @task(id="only", retry_attempts=1)
        def body(context):
            go_on.wait()

    handle = runner.execute_async("waits")
    waiting = threading.Thread(target=handle.wait)
    waiting.start()
    go_on.set()
    waiting.join(30)
    assert not waiting.is_alive()
    assert handle.status() == "Completed"


def test_callbacks_that_the_engine_let_go_do_not_pile_up(runner):
    """They go when a thread has the GIL again."""
    marker = object()
    with WorkflowBuilder("drops"):
        @task(id="only", retry_attempts=1)
        def body(context):
            pass

    before = sys.getrefcount(marker)
    for _ in range(20):
        over = threading.Event()

        def on_status(run_id, status, marker=marker, over=over):
            if status == "Completed":
                over.set()

        runner.execute_async("drops", status_callback=on_status)
        assert over.wait(30)
        del on_status
    for _ in range(3):
        runner.execute("drops")
    assert sys.getrefcount(marker) <= before + 2
