# SPDX-License-Identifier: Apache-2.0
"""Two processes run workflows on one database: they share the work, and rob each other of none."""

import pytest

from programs import wait_until
from run_ledger import assert_steps_ran_once, lines_of

RUNS = 300
STEPS = 3


@pytest.fixture
def ledger(directory):
    path = directory / "ledger"
    path.touch()
    return path


@pytest.fixture
def gated(workflow_program, db_url, ledger, directory):
    """gated(*arguments) → a process whose run stands at the gate."""

    def gated(*arguments):
        return workflow_program("gated.py", "--db", db_url, "--ledger", ledger,
                                "--gate", directory / "gate", *arguments)

    return gated


def test_two_processes_split_the_work_and_do_each_step_once(
    workflow_program, db_url, ledger, directory
):
    over = directory / "over"
    words = ("steps.py", "--db", db_url, "--ledger", ledger, "--until", over)
    other = workflow_program(*words)
    other.wait_for_line("ready")
    one = workflow_program(*words, "--submit", RUNS)
    one.wait_for_line("submitted", 60)
    over.touch()
    for program in (one, other):
        program.wait_for_line("done", 120)
        assert program.wait() == 0, program.stderr()
    assert_steps_ran_once(db_url, ledger, STEPS * RUNS)
    assert {line.pid for line in lines_of(ledger)} == {one.pid, other.pid}


def test_start_of_another_process_takes_nothing_from_one_that_lives(gated, ledger, directory):
    owner = gated("--submit")
    owner.wait_for_line("begun")
    gated().wait_for_line("ready")  # what dead ones have left it has taken by now
    (directory / "gate").touch()
    owner.wait_for_line("Completed")
    assert [(line.attempt, line.pid) for line in lines_of(ledger)] == [(1, owner.pid)]


def test_run_of_one_process_is_awaited_by_another_that_does_not_know_its_workflow(
    gated, ledger, directory
):
    owner = gated("--submit")
    run = owner.wait_for_line(r"run (\S+)")[1]
    wait_until(lambda: lines_of(ledger))
    waiter = gated("--attach", run)
    waiter.wait_for_line("run")
    (directory / "gate").touch()
    ended = [float(program.wait_for_line("Completed at (.*)")[1]) for program in (owner, waiter)]
    assert abs(ended[0] - ended[1]) < 2  # seconds
