# SPDX-License-Identifier: Apache-2.0
"""The wall clock is set by an hour while workflows run and schedules fire."""

import datetime
import json
import time

import pytest

from programs import wait_until
from run_ledger import assert_steps_ran_once
from test_faults_clock import clock  # noqa: F401: a fixture

RUNS = 60
STEPS = 3


@pytest.mark.parametrize("first, second", [("+1h", "-1h"), ("-1h", "+1h")])
def test_hour_forward_and_back_ends_no_run_and_repeats_no_step(
    workflow_program, db_url, directory, clock, first, second  # noqa: F811
):
    ledger = directory / "ledger"
    ledger.touch()
    # The time of a run is up after half an hour.
    program = workflow_program("steps.py", "--db", db_url, "--ledger", ledger, "--submit", RUNS,
                               "--pause", 0.02, **clock.settings())
    for effects, offset in ((20, first), (100, second)):
        wait_until(lambda: ledger.read_text().count("\n") >= effects)
        clock.set(offset)
    program.wait_for_line("done", 60)
    assert program.wait() == 0, program.stderr()
    assert_steps_ran_once(db_url, ledger, STEPS * RUNS)


class Ticks:
    """The times at which the schedule of ticking.py has fired, as a command tells them."""

    def __init__(self, workflow_program, sluice, directory, clock):  # noqa: F811
        self._sluice = sluice
        self._url = f"sqlite://{directory}/ticks.db"
        self._clock = clock
        self._program = workflow_program("ticking.py", "--db", self._url, **clock.settings())
        self._id = self._program.wait_for_line(r"schedule (\S+)")[1]

    def times(self):
        listed = self._sluice("schedule", "runs", self._id, "--db", self._url, "--limit", 10_000,
                              "--output", "json")
        assert listed.returncode == 0, listed.stderr
        times = [datetime.datetime.fromisoformat(each["scheduled_time"].replace("Z", "+00:00"))
                 for each in json.loads(listed.stdout)]
        return sorted(times)

    def set_clock(self, offset, more):
        """And waits until so many more have fired."""
        wanted = len(self.times()) + more
        self._clock.set(offset)
        wait_until(lambda: len(self.times()) >= wanted)

    def end(self):
        assert self._program.terminate() == 0, self._program.stderr()


@pytest.fixture
def ticks(workflow_program, sluice, directory, clock):  # noqa: F811
    ticks = Ticks(workflow_program, sluice, directory, clock)
    wait_until(lambda: len(ticks.times()) >= 2)
    return ticks


def gaps(times):
    """Seconds from each to the next."""
    return [(later - earlier).total_seconds() for earlier, later in zip(times, times[1:])]


def test_hour_that_the_clock_skips_is_caught_up_with_one_run(ticks):
    ticks.set_clock("+1h", more=5)
    between = gaps(ticks.times())
    assert min(between) >= 1
    [skipped] = [gap for gap in between if gap > 60]
    assert 3500 < skipped < 3700
    ticks.end()


def test_clock_that_is_set_back_fires_nothing_twice_and_goes_on_when_it_is_right_again(
    ticks
):
    before = ticks.times()
    ticks.set_clock("-1h", more=0)
    time.sleep(3)  # of real time, in which a schedule of each second must not fire
    during = ticks.times()
    assert len(during) <= len(before) + 2  # what was due before the clock was set
    ticks.set_clock("+0", more=3)
    after = ticks.times()
    assert min(gaps(after)) >= 1
    assert max(gaps(after)) < 60
    ticks.end()
