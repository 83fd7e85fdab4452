# SPDX-License-Identifier: Apache-2.0
"""Full disks and databases that cannot be used: a clear line, an exit code, and nothing lost."""

import os
import sqlite3

import checker
import pytest

from pipelines import LedgerJob, contents, write_pipeline

COPY = "cp /pfs/in/* /pfs/out/"


@pytest.fixture
def small_disk(directory):
    """small_disk(size) → (directory on a disk of that size, how to start programs that see it)."""

    def small_disk(size):
        place = directory / "small"
        place.mkdir()
        mount = f"mount -t tmpfs -o size={size} tmpfs {place} && exec \"$@\""
        as_root = [] if os.geteuid() == 0 else ["-r"]
        return place, ["unshare", *as_root, "-m", "sh", "-c", mount, "sh"]

    return small_disk


def test_a_database_on_a_full_disk_says_so_and_stays_sound(
    start, sluice_bin, small_disk, directory
):
    place, on_disk = small_disk("3m")
    pipeline = write_pipeline(directory, COPY, [f"{i:04}" for i in range(3000)])
    script = (
        f'"$@" job run --db {place}/s.db {pipeline}; code=$?; '
        f'"$@" job list --db {place}/s.db --output name; cp {place}/s.db* {directory}; exit $code'
    )
    program = start(*on_disk, "sh", "-c", script, "sh", sluice_bin)
    assert program.wait(120) == 1
    assert "full" in program.stderr()
    assert checker.problems(directory / "s.db") == []


def test_a_full_egress_fails_its_datums_and_a_retry_goes_on(start, sluice_bin, sluice,
                                                            small_disk, directory):
    place, on_disk = small_disk("4m")
    pipeline = write_pipeline(
        directory, "head -c 1500000 /dev/zero > /pfs/out/$(ls /pfs/in)", list("abcd"),
        egress={"URI": (place / "out").as_uri()},
    )
    program = start(*on_disk, sluice_bin, "job", "run", "--db", directory / "s.db", pipeline)
    assert program.wait() == 1
    assert "No space left" in program.stderr() or "full" in program.stderr()
    job = sluice("job", "list", "--db", directory / "s.db", "--output", "name").stdout.strip()
    why = sluice("job", "why", "--db", directory / "s.db", job).stdout
    assert "No space left" in why or "full" in why, why
    assert checker.problems(directory / "s.db") == []
    retried = sluice("job", "retry", "--db", directory / "s.db", job)
    assert retried.returncode == 0, retried.stderr
    # What was done before went away with the small disk.
    failed = sluice("datum", "list", "--db", directory / "s.db", job, "--status", "error",
                    "--output", "name").stdout.split()
    assert 1 <= len(contents(place / "out")) == len(failed)


def test_a_command_that_fills_its_scratch_disk_fails_alone(start, sluice_bin, small_disk,
                                                           directory):
    place, on_disk = small_disk("8m")
    pipeline = write_pipeline(
        directory,
        'if [ "$(ls /pfs/in)" = b ]; then cat /dev/zero > /pfs/out/b; else ' + COPY + "; fi",
        list("abc"), parallelism_spec={"constant": 1},
    )
    program = start(*on_disk, sluice_bin, "job", "run", "--db", directory / "s.db",
                    "--data-dir", place, pipeline)
    assert program.wait(120) == 1
    assert "b" not in contents(directory / "out")
    assert set(contents(directory / "out")) == {"a", "c"}
    assert checker.problems(directory / "s.db") == []


def test_a_read_only_database_is_refused_and_stays_as_it_is(start, sluice, sluice_bin, directory):
    pipeline = write_pipeline(directory, COPY, ["a"])
    assert sluice("job", "run", "--db", "s.db", pipeline).returncode == 0
    mount = f"mount --bind {directory} {directory} && mount -o remount,ro,bind {directory} && "
    as_root = [] if os.geteuid() == 0 else ["-r"]
    program = start("unshare", *as_root, "-m", "sh", "-c", mount + 'exec "$@"', "sh",
                    sluice_bin, "job", "run", "--db", directory / "s.db", pipeline)
    assert program.wait() == 1
    assert "read-only" in program.stderr().lower(), program.stderr()
    assert len(sluice("job", "list", "--db", "s.db", "--output", "name").stdout.split()) == 1


def test_a_database_that_another_program_keeps_locked_is_named(sluice, directory):
    pipeline = write_pipeline(directory, COPY, ["a"])
    assert sluice("job", "run", "--db", "s.db", pipeline).returncode == 0
    with sqlite3.connect(directory / "s.db", isolation_level=None) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        refused = sluice("job", "run", "--db", "s.db", pipeline)
        assert refused.returncode == 1
        assert "locked" in refused.stderr, refused.stderr
        foreign.execute("ROLLBACK")
    assert checker.problems(directory / "s.db") == []


def test_a_truncated_database_is_refused(sluice, directory, tmp_path):
    ledger = directory / "ledger"
    ledger.touch()
    job = LedgerJob(directory / "job", ledger, 40)
    assert sluice("job", "run", "--db", "s.db", job.pipeline).returncode == 0
    path = directory / "s.db"
    os.truncate(path, path.stat().st_size // 2)
    before = path.read_bytes()
    refused = sluice("job", "run", "--db", "s.db", job.pipeline)
    assert refused.returncode == 1
    assert "s.db" in refused.stderr, refused.stderr
    assert path.read_bytes() == before
