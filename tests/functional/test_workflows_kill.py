# SPDX-License-Identifier: Apache-2.0
"""kill −9 of programs that run workflows: what was accepted goes on, nothing is done twice."""

import json
import signal

import pytest

from programs import wait_until
from run_ledger import assert_steps_ran_once, lines_of

RUNS = 1000
STEPS = 3  # of each run
PLACES = 8


@pytest.fixture
def ledger(directory):
    path = directory / "ledger"
    path.touch()
    return path


def test_thousand_runs_that_a_kill_interrupts_are_finished_by_the_next_runner(
    workflow_program, db_url, ledger, directory
):
    words = ("steps.py", "--db", db_url, "--ledger", ledger, "--places", PLACES)
    first = workflow_program(*words, "--submit", RUNS)
    first.wait_for_line("submitted", 120)
    wait_until(lambda: ledger.read_text().count("\n") >= RUNS)
    first.kill()
    assert ledger.read_text().count("\n") < STEPS * RUNS

    second = workflow_program(*words)
    second.wait_for_line("done", 120)
    assert second.wait() == 0, second.stderr()
    # A body that had returned may not have been reported: its place was free for another.
    assert_steps_ran_once(db_url, ledger, STEPS * RUNS, in_flight_max=2 * PLACES)


def test_task_that_always_kills_its_process_is_abandoned_at_the_fourth_death(
    workflow_program, sluice, db_url, ledger
):
    words = ("deadly.py", "--db", db_url, "--ledger", ledger)
    first = workflow_program(*words, "--submit")
    run = first.wait_for_line(r"run (\S+)")[1]
    assert first.wait() == -signal.SIGKILL
    for _ in range(3):
        assert workflow_program(*words).wait() == -signal.SIGKILL

    last = workflow_program(*words)
    assert last.wait_for_line("Failed: (.*)")[1] == \
        "ABANDONED: the worker died during attempt 4, for the 4th time"
    assert last.wait() == 0, last.stderr()
    assert [line.attempt for line in lines_of(ledger)] == [1, 2, 3, 4]
    events = json.loads(sluice("run", "events", run, "--db", db_url, "--output", "json").stdout)
    assert [event["kind"] for event in events].count("recovered") == 3


def test_interrupted_run_goes_on_within_a_second_of_the_next_start(
    workflow_program, db_url, ledger, directory
):
    gate = directory / "gate"
    words = ("gated.py", "--db", db_url, "--ledger", ledger, "--gate", gate)
    victim = workflow_program(*words, "--submit")
    victim.wait_for_line("begun")
    victim.kill()
    heir = workflow_program(*words)
    assert float(heir.wait_for_line("begun after (.*) s")[1]) < 1
    gate.touch()
    assert heir.wait() == 0, heir.stderr()
    assert [(line.task, line.attempt) for line in lines_of(ledger)] == [("stand", 1), ("stand", 2)]
