# SPDX-License-Identifier: Apache-2.0
"""kill −9 at 200 random moments: nothing is lost, nothing is done twice, the tables stay sound.

A failure shows its seed; SLUICE_TEST_SEED repeats it.
"""

import os
import random
import signal
import time

import checker
import pytest

from pipelines import LedgerJob
from programs import wait_until

# Of each kind, on each store. A task whose worker died three times fails, as it should: no datum
# here is killed so often.
KILLS = 50


@pytest.fixture
def rng():
    seed = int(os.environ.get("SLUICE_TEST_SEED", time.time_ns() % 1_000_000))
    print(f"SLUICE_TEST_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def ledger(directory):
    path = directory / "ledger"
    path.touch()
    return path


def kill_within(program, seconds):
    """SIGKILL after so long, unless it has ended by then. Whether it was killed."""
    try:
        program.wait(seconds)
    except AssertionError:
        program.kill()
    return program.returncode == -signal.SIGKILL


class Jobs:
    """The jobs of one database, known by their names."""

    def __init__(self, sluice, db_url):
        self._sluice = sluice
        self._db_url = db_url
        self._known = set()

    def run_detached(self, job):
        return self._sluice("job", "run", "--detach", "--db", self._db_url, job.pipeline)

    def newest(self):
        """The name of the job made since the last call; nothing if there is none."""
        listed = self._sluice("job", "list", "--db", self._db_url, "--output", "name").stdout
        new = set(listed.split()) - self._known
        assert len(new) <= 1
        self._known |= new
        return new.pop() if new else None


def test_embedded_jobs_are_killed(start, sluice, sluice_bin, db_url, directory, ledger, rng):
    jobs = Jobs(sluice, db_url)
    begin = time.monotonic()
    assert sluice("job", "run", "--db", db_url,
                  LedgerJob(directory / "calm", ledger, 10).pipeline).returncode == 0
    calm = time.monotonic() - begin
    jobs.newest()
    kills = 0
    while kills < KILLS:
        job = LedgerJob(directory / f"job-{kills}", ledger, 10)
        run = start(sluice_bin, "job", "run", "--db", db_url, job.pipeline)
        kills += kill_within(run, rng.uniform(0, calm))
        told = [line for line in run.lines if line.startswith("demo-")]
        name = jobs.newest()
        assert told in ([], [name])
        if name is None:
            assert jobs.run_detached(job).returncode == 0
            name = jobs.newest()
        resume = start(sluice_bin, "job", "resume", "--db", db_url, name)
        kills += kill_within(resume, rng.uniform(0, calm))
        ended = sluice("job", "resume", "--db", db_url, name)
        assert ended.returncode == 0, f"{name}: {ended.stderr}"
        job.assert_done()
        assert checker.problems(db_url, ledger) == []


class Fleet:
    """A server and two workers; who is killed is started anew."""

    def __init__(self, serve, worker, db_url):
        self._serve = serve
        self._worker = worker
        self._db_url = db_url
        self._server, self.url = serve(db_url, "--workers", "0")
        self._workers = [worker(self.url), worker(self.url)]

    def kill_one(self, rng):
        victim = rng.randrange(3)
        if victim == 2:
            self._server.kill()
            address = self.url.removeprefix("http://")
            self._server, _ = self._serve(self._db_url, "--workers", "0", "--listen", address)
        else:
            self._workers[victim].kill()
            self._workers[victim] = self._worker(self.url)


def test_servers_and_workers_are_killed(serve, worker, sluice, db_url, directory, ledger, rng):
    fleet = Fleet(serve, worker, db_url)
    job = LedgerJob(directory / "job", ledger, 12 * KILLS)
    name = sluice("--server", fleet.url, "job", "run", job.pipeline).stdout.strip()
    for _ in range(KILLS):
        # What was given back has ended by now: it comes first.
        enough = min(ledger.read_text().count("\n") + 4, len(job.files))
        wait_until(lambda: ledger.read_text().count("\n") >= enough)
        time.sleep(rng.uniform(0, 0.1))
        fleet.kill_one(rng)
        assert checker.problems(db_url) == []
    ended = sluice("--server", fleet.url, "job", "wait", name, "--timeout", "120s")
    assert ended.returncode == 0, ended.stderr
    job.assert_done()
    assert checker.problems(db_url, ledger) == []
