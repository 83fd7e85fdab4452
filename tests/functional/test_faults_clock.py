# SPDX-License-Identifier: Apache-2.0
"""The wall clock is set in the middle of a job: no lease is stolen, nothing runs twice."""

import glob

import checker
import pytest

from pipelines import LedgerJob
from programs import wait_until

LIBFAKETIME = "/usr/lib/*/faketime/libfaketime.so.1"


@pytest.fixture
def clock(directory):
    """The settings of a program whose wall clock a test sets: clock.set("+1h")."""

    class Clock:
        file = directory / "clock"

        def set(self, offset):
            new = directory / "clock.new"
            new.write_text(offset)
            new.rename(self.file)

        def settings(self):
            (library,) = glob.glob(LIBFAKETIME)
            return {
                "LD_PRELOAD": library,
                "FAKETIME_TIMESTAMP_FILE": str(self.file),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "DONT_FAKE_MONOTONIC": "1",
                "ASAN_OPTIONS": "verify_asan_link_order=0",
            }

    clock = Clock()
    clock.set("+0")
    return clock


@pytest.mark.parametrize("first, second", [("+1h", "-1h"), ("-1h", "+1h")])
def test_an_hour_forward_and_back_steals_no_datum(
    start, sluice_bin, db_url, directory, clock, first, second
):
    ledger = directory / "ledger"
    ledger.touch()
    job = LedgerJob(directory / "job", ledger, 40, pause=0.2, job_timeout="30m")
    program = start(sluice_bin, "job", "run", "--db", db_url, job.pipeline, **clock.settings())
    for effects, offset in ((5, first), (20, second)):
        wait_until(lambda: ledger.read_text().count("\n") >= effects)
        clock.set(offset)
    assert program.wait(60) == 0, program.stderr()
    job.assert_done()
    assert checker.problems(db_url, ledger) == []
    assert ledger.read_text().count("\n") == len(job.files)
    if db_url.startswith("sqlite"):
        assert "the clock has jumped" in program.stderr()
