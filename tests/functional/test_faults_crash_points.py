# SPDX-License-Identifier: Apache-2.0
"""kill −9 at every durable step: before each kind of statement, and before and after each commit.

The commands first run undisturbed and write down which statements they run (crash_points.h).
"""

import collections
import json
import signal

import checker
import pytest

from pipelines import LedgerJob

MEMBERS = {"datum_tries": 2, "job_timeout": "1h"}


class World:
    """One database with a ledger, and a job in it."""

    def __init__(self, directory, sluice, db_url):
        self._sluice = sluice
        self.db_url = db_url
        self.ledger = directory / "ledger"
        self.ledger.touch()
        self.job = LedgerJob(directory, self.ledger, 4, pause=0, **MEMBERS)

    def __call__(self, *words, **settings):
        return self._sluice(*words, "--db", self.db_url, **settings)

    def run_detached(self):
        return self("job", "run", "--detach", self.job.pipeline).stdout.strip()

    def names(self):
        return self("job", "list", "--output", "name").stdout.split()

    def status(self, name):
        return json.loads(self("job", "describe", name, "--output", "json").stdout)["job"]["status"]

    def finish(self, name, point):
        ended = self("job", "resume", name)
        assert ended.returncode == 0, f"{point}: {ended.stderr}"
        self.job.assert_done()


@pytest.fixture
def new_world(directory, sluice, scratch_postgres, request):
    """new_world(dialect) → World on a database of its own."""
    databases = []

    def new_world(dialect):
        place = directory / f"world-{len(databases)}"
        place.mkdir()
        if dialect == "sqlite":
            databases.append(None)
            return World(place, sluice, f"sqlite://{place}/sluice.db")
        databases.append(scratch_postgres.new_database())
        return World(place, sluice, scratch_postgres.url(databases[-1]))

    yield new_world
    for name in filter(None, databases):
        scratch_postgres.drop_database(name)


def crash_points(log):
    """The first run of each statement, and every commit."""
    statements = collections.Counter(log.read_text().splitlines())
    assert statements["commit"] >= 1
    for statement, count in sorted(statements.items()):
        times = count if statement in ("commit", "committed") else 1
        for number in range(1, times + 1):
            yield f"{statement}:{number}"


def crash_everywhere(new_world, dialect, prepare, words):
    """Dies at each point of `sluice <words>`; (World, job that prepare() gave) for each of them."""
    world = new_world(dialect)
    log = world.ledger.with_name("statements")
    calm = world(*words(world, prepare(world)), SLUICE_CRASH_LOG=str(log))
    assert calm.returncode == 0, calm.stderr
    for point in crash_points(log):
        print(point)
        world = new_world(dialect)
        name = prepare(world)
        died = world(*words(world, name), SLUICE_CRASH_AT=point)
        # What one process did in many transactions may be fewer the next time.
        assert died.returncode in (-signal.SIGKILL, 0), f"{point}: {died.stderr}"
        assert world("migrate").returncode == 0, point  # it may have died before there were tables
        assert checker.problems(world.db_url) == [], point
        yield point, world, name


DIALECTS = pytest.mark.parametrize("dialect", ["sqlite", "postgres"])


@DIALECTS
def test_job_run_goes_on_after_a_crash_anywhere(new_world, dialect):
    points = crash_everywhere(
        new_world, dialect, lambda world: None,
        lambda world, _: ("job", "run", world.job.pipeline),
    )
    for point, world, _ in points:
        names = world.names() or [world.run_detached()]
        assert len(names) == 1, point
        world.finish(names[0], point)
        assert checker.problems(world.db_url, world.ledger) == [], point


@DIALECTS
@pytest.mark.parametrize("action", ["cancel", "pause"])
def test_an_action_has_happened_or_not_after_a_crash_anywhere(new_world, dialect, action):
    points = crash_everywhere(
        new_world, dialect, lambda world: world.run_detached(),
        lambda world, name: ("job", action, name),
    )
    for point, world, name in points:
        again = world("job", action, name)
        if action == "pause":
            assert again.returncode == 0, point
            world.finish(name, point)
        else:
            assert world.status(name) == "canceled", point
        assert checker.problems(world.db_url, world.ledger) == [], point


@DIALECTS
def test_a_retry_makes_one_job_after_a_crash_anywhere(new_world, dialect):
    def prepare(world):
        name = world.run_detached()
        assert world("job", "cancel", name).returncode == 0
        return name

    points = crash_everywhere(
        new_world, dialect, prepare, lambda world, name: ("job", "retry", name)
    )
    for point, world, name in points:
        new = [other for other in world.names() if other != name]
        assert len(new) <= 1, point
        if not new:
            new = [world("job", "retry", name).stdout.strip()]
        world.finish(new[0], point)
        assert checker.problems(world.db_url, world.ledger) == [], point


@DIALECTS
def test_a_job_is_deleted_after_a_crash_anywhere(new_world, dialect):
    def prepare(world):
        name = world.run_detached()
        assert world("job", "cancel", name).returncode == 0
        return name

    points = crash_everywhere(
        new_world, dialect, prepare, lambda world, name: ("job", "delete", name)
    )
    for point, world, name in points:
        if world.names():
            assert world("job", "delete", name).returncode == 0, point
        assert world.names() == []
        assert checker.problems(world.db_url) == [], point


def test_a_crash_point_must_be_named_with_its_number(sluice):
    refused = sluice("job", "list", SLUICE_CRASH_AT="commit")
    assert refused.returncode == 1 and "SLUICE_CRASH_AT" in refused.stderr
