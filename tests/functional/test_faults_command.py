# SPDX-License-Identifier: Apache-2.0
"""Commands that do not behave: the job ends, and nothing of them is left."""

import os
import signal

from pipelines import contents, write_pipeline
from programs import wait_until


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_ten_gigabytes_of_output_stay_within_the_limit(sluice, directory):
    pipeline = write_pipeline(directory, "head -c 10G /dev/zero; cp /pfs/in/a /pfs/out/a", ["a"])
    assert sluice("job", "run", "--db", "s.db", pipeline, timeout=300).returncode == 0
    assert contents(directory / "out") == {"a": b"this is a\n"}
    kept = sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
    assert kept < 80_000_000


def test_a_command_that_ignores_sigterm_is_killed_at_its_timeout(sluice, directory):
    marker = f"{200 + os.getpid() / 1e7:.7f}"
    pipeline = write_pipeline(
        directory, f"trap '' TERM; sleep {marker}; sleep {marker}", ["a"], datum_timeout="1s",
    )
    ended = sluice("job", "run", "--db", "s.db", pipeline)
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "does not hold" not in ended.stderr
    assert sleepers(marker) == []


def test_a_daemon_does_not_outlive_its_datum(sluice, directory):
    marker = f"{300 + os.getpid() / 1e7:.7f}"  # seconds; tells our sleep from all others
    pipeline = write_pipeline(
        directory, f"setsid sleep {marker} > /dev/null 2>&1 < /dev/null & cp /pfs/in/a /pfs/out/",
        ["a"],
    )
    assert sluice("job", "run", "--db", "s.db", pipeline).returncode == 0
    assert contents(directory / "out") == {"a": b"this is a\n"}
    assert sleepers(marker) == []


def sleepers(marker):
    found = []
    for process in os.listdir("/proc"):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                if file.read().split(b"\0")[:2] == [b"sleep", marker.encode()]:
                    found.append(int(process))
        except (OSError, ValueError):
            pass
    return found


def test_a_command_dies_with_the_process_that_runs_it(start, sluice_bin, directory):
    marker = f"{400 + os.getpid() / 1e7:.7f}"
    pipeline = write_pipeline(directory, f"sleep {marker}", ["a"])
    program = start(sluice_bin, "job", "run", "--db", "s.db", pipeline)
    wait_until(lambda: sleepers(marker))
    program.kill()
    wait_until(lambda: sleepers(marker) == [])


def test_interrupt_ends_a_command_that_does_not_want_to(start, sluice_bin, directory):
    marker = f"{500 + os.getpid() / 1e7:.7f}"
    pipeline = write_pipeline(directory, f"trap '' TERM INT; sleep {marker}", ["a"])
    program = start(sluice_bin, "job", "run", "--db", "s.db", pipeline)
    wait_until(lambda: sleepers(marker))
    os.kill(program.pid, signal.SIGINT)
    assert program.wait(60) == 130
    assert sleepers(marker) == []
