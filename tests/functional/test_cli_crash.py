# SPDX-License-Identifier: Apache-2.0
"""Jobs that are killed or stopped go on where they were."""

import collections
import signal
import time

import pytest

from pipelines import SLOW, contents, write_pipeline
from programs import wait_until

NAMES = [f"{number:02}.txt" for number in range(8)]
EXPECTED = {name: f"THIS IS {name.upper()}\n".encode() for name in NAMES}


def ledger_of(directory):
    path = directory / "ledger"
    return collections.Counter(path.read_text().split()) if path.exists() else {}


@pytest.fixture
def slow_job(start, sluice_bin, directory):
    """A job in the foreground that has begun with its third datum: (Program, name)."""
    script = SLOW.format(ledger=directory / "ledger", pause=0.4)
    program = start(sluice_bin, "job", "run", write_pipeline(directory, script, NAMES))
    name = program.wait_for_line("demo-")[0] and program.lines[0]
    wait_until(lambda: len(ledger_of(directory)) >= 3)
    return program, name


def check_end(result, directory):
    assert result.returncode == 0, result.stderr
    assert contents(directory / "out") == EXPECTED
    runs = ledger_of(directory)
    assert set(runs) == set(NAMES)
    assert sum(runs.values()) <= len(NAMES) + 2  # two workers: two datums were under way
    assert max(runs.values()) <= 2


def test_killed_job_goes_on_at_once_and_ends_as_if_nothing_had_been(slow_job, sluice, directory):
    program, name = slow_job
    program.kill()
    started = time.monotonic()
    result = sluice("job", "resume", name)
    check_end(result, directory)
    assert time.monotonic() - started < 30  # nobody waits for a lease of a minute
    assert not list((directory / "home/state/sluice/work").iterdir())


def test_interrupted_job_hands_back_and_says_how_to_go_on(slow_job, sluice, directory):
    program, name = slow_job
    program._process.send_signal(signal.SIGINT)
    assert program.wait() == 130
    assert f"sluice job resume {name}" in program.stderr()
    assert "running" in sluice("job", "list").stdout
    check_end(sluice("job", "resume", name), directory)


def test_two_processes_may_run_one_job(slow_job, sluice, directory):
    program, name = slow_job
    result = sluice("job", "resume", name)
    check_end(result, directory)
    assert program.wait() == 0
    assert max(ledger_of(directory).values()) == 1
    assert sum(ledger_of(directory).values()) == len(NAMES)


def test_resume_of_a_finished_job_says_how_it_ended(sluice, directory):
    job = sluice("job", "run", write_pipeline(directory, "true", ["a"])).stdout.strip()
    assert sluice("job", "resume", job).returncode == 0
