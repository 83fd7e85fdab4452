# SPDX-License-Identifier: Apache-2.0
"""The fixtures themselves, because a test that cannot fail proves nothing."""

import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from conftest import ROOT


def test_each_database_is_its_own(scratch_postgres):
    first, second = scratch_postgres.new_database(), scratch_postgres.new_database()
    with psycopg.connect(scratch_postgres.url(first), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a int)")
    with psycopg.connect(scratch_postgres.tcp_url(second)) as connection:
        assert connection.execute("SELECT to_regclass('t')").fetchone() == (None,)


def test_cluster_ends_with_its_owner_even_when_that_is_killed():
    program = (
        f"import sys; sys.path.insert(0, '{ROOT}/tests/support')\n"
        "from scratch_postgres import ScratchPostgres\n"
        "cluster = ScratchPostgres()\n"
        "print(cluster.socket_directory, cluster.server_pid(), flush=True)\n"
        "sys.stdin.read()\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with owner:
        socket_directory, server = owner.stdout.readline().split()
        os.kill(int(server), 0)

        owner.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 20
    while os.path.exists(socket_directory) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not os.path.exists(socket_directory)
    with pytest.raises(ProcessLookupError):
        os.kill(int(server), 0)


def test_program_is_waited_for_by_what_it_says(start):
    script = "echo starting; echo listening on http://127.0.0.1:8085; exec sleep 60"
    program = start("sh", "-c", script)
    assert program.wait_for_line(r"http://\S+")[0] == "http://127.0.0.1:8085"
    assert program.returncode is None
    assert program.kill() == -signal.SIGKILL


def test_program_that_ends_too_early_tells_why(start):
    program = start("sh", "-c", "echo broken >&2; exit 3")
    with pytest.raises(AssertionError, match="broken"):
        program.wait_for_line("ready")
    assert program.wait() == 3


def test_program_is_asked_to_end_before_it_is_killed(start):
    program = start("sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done")
    program.wait_for_line("ready")
    assert program.terminate() == 7
