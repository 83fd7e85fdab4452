# SPDX-License-Identifier: Apache-2.0
"""Two processes on one SQLite file for a minute, with a foreign program that reads for long."""

import json
import sqlite3
import time

import checker

from pipelines import LedgerJob
from programs import wait_until

MINUTE = 60
WAL_MAX = 64 << 20  # bytes; a log that is longer is emptied as soon as no foreign reader is in it


def test_two_processes_share_a_file_for_a_minute(start, sluice, sluice_bin, directory):
    db = directory / "shared.db"
    wal = directory / "shared.db-wal"
    ledger = directory / "ledger"
    ledger.touch()
    jobs = [LedgerJob(directory / f"job-{number}", ledger, 6000, pause=0) for number in range(2)]
    assert sluice("migrate", "--db", db).returncode == 0
    reader = sqlite3.connect(db, isolation_level=None)
    programs = [
        start(sluice_bin, "job", "run", "--db", db, job.pipeline, "--workers", "1")
        for job in jobs
    ]
    wait_until(lambda: ledger.read_text().count("\n") >= 100)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM task").fetchall()

    slowest = 0.0
    end = time.monotonic() + MINUTE
    while time.monotonic() < end and None in [program.returncode for program in programs]:
        begin = time.monotonic()
        listed = sluice("job", "list", "--db", db, "--output", "json")
        assert listed.returncode == 0, listed.stderr
        assert len(json.loads(listed.stdout)["jobs"]) == 2
        slowest = max(slowest, time.monotonic() - begin)
        time.sleep(0.5)
    assert slowest < 5  # seconds, for a start of the program and a look
    assert checker.problems(db) == []

    reader.execute("COMMIT")
    reader.close()
    grown = wal.stat().st_size
    if grown > WAL_MAX:
        wait_until(lambda: wal.stat().st_size < grown / 2, seconds=90)
    for program in programs:
        if program.returncode is None:
            program.terminate()
        assert program.returncode in (0, 130), program.stderr()
    assert checker.problems(db, ledger) == []
