# SPDX-License-Identifier: Apache-2.0
"""What a PostgreSQL server or the network does to a job in the middle: it goes on by itself."""

import random
import threading
import time

import checker
import psycopg
import pytest

from cutting_proxy import CuttingProxy
from pipelines import LedgerJob
from programs import wait_until

IN_FLIGHT = 2  # datums of a job at a time: so many may be done again at each cut


@pytest.fixture
def ledger(directory):
    path = directory / "ledger"
    path.touch()
    return path


def done_again(program, job, url, ledger):
    """How many datums were done more than once, when the job has ended well."""
    assert program.wait(240) == 0, program.stderr()
    job.assert_done()
    assert checker.problems(url, ledger) == []
    return ledger.read_text().count("\n") - len(job.files)


def test_a_job_outlives_a_server_that_is_away_for_ten_seconds(
    start, sluice_bin, own_postgres, directory, ledger
):
    url = own_postgres.url(own_postgres.new_database())
    job = LedgerJob(directory / "job", ledger, 60, pause=0.05)
    program = start(sluice_bin, "job", "run", "--db", url, job.pipeline)
    wait_until(lambda: ledger.read_text().count("\n") >= 10)
    own_postgres.stop()
    time.sleep(10)
    assert program.returncode is None
    own_postgres.start()
    assert done_again(program, job, url, ledger) <= IN_FLIGHT


def test_a_job_outlives_the_end_of_every_session_each_second(
    start, sluice_bin, postgres_url, scratch_postgres, directory, ledger
):
    job = LedgerJob(directory / "job", ledger, 600, pause=0.1)
    program = start(sluice_bin, "job", "run", "--db", postgres_url, job.pipeline)
    wait_until(lambda: ledger.read_text().count("\n") >= 10)
    terminate = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for _ in range(30):
            assert connection.execute(terminate).fetchall() != []
            time.sleep(1)
    assert program.returncode is None, "the job was too short for this test"
    assert done_again(program, job, postgres_url, ledger) <= 30 * IN_FLIGHT


def test_a_job_outlives_answers_that_are_lost(
    start, sluice_bin, postgres_url, scratch_postgres, directory, ledger
):
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}")
    rng = random.Random(seed)
    counted = threading.Lock()
    cut = []

    def cuts():
        with counted:
            # A program that cannot open its database at its start says so and ends.
            if ledger.stat().st_size > 0 and rng.random() < 0.05:
                cut.append(True)
                return True
            return False

    proxy = CuttingProxy(scratch_postgres.port, cuts)
    database = psycopg.conninfo.conninfo_to_dict(postgres_url)["dbname"]
    job = LedgerJob(directory / "job", ledger, 60, pause=0.02)
    program = start(
        sluice_bin, "job", "run", "--db",
        f"postgresql://sluice@127.0.0.1:{proxy.port}/{database}", job.pipeline,
    )
    try:
        again = done_again(program, job, postgres_url, ledger)
    finally:
        proxy.close()
    assert len(cut) >= 5
    assert again <= len(cut) * IN_FLIGHT
