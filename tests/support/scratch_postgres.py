# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL cluster of our own, for functional tests and benchmarks."""

import contextlib
import itertools
import os
import pathlib
import signal
import subprocess

import psycopg

SCRIPT = pathlib.Path(__file__).with_name("scratch_postgres")


class ScratchPostgres:
    """Runs until close(), or until this process ends in whatever way."""

    def __init__(self):
        self._script = subprocess.Popen(
            [SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        address = self._script.stdout.readline().split()
        if len(address) != 2:
            raise RuntimeError("scratch_postgres did not start; its reason stands above")
        self.socket_directory, port = address
        self.port = int(port)
        self._numbers = itertools.count(1)

    def url(self, database="postgres"):
        return f"postgresql:///{database}?host={self.socket_directory}&port={self.port}&user=sluice"

    def tcp_url(self, database="postgres"):
        """For tests that put a proxy between."""
        return f"postgresql://sluice@127.0.0.1:{self.port}/{database}"

    def new_database(self):
        """The name of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return name

    def drop_database(self, name):
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def server_pid(self):
        """The postmaster, for tests that stop or pause it."""
        return int(pathlib.Path(self.socket_directory, "data/postmaster.pid").open().readline())

    def stop(self):
        """Until start(): sessions end, nobody is let in. What was committed stays."""
        self._ask("stop")

    def start(self):
        self._ask("start")

    @contextlib.contextmanager
    def frozen(self):
        """Hangs: connections stay, new ones are taken, and nobody gets an answer."""
        pid = self.server_pid()
        os.kill(pid, signal.SIGSTOP)  # first: it starts no more children
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        pids = [pid, *map(int, children)]
        for each in pids[1:]:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in pids:
                os.kill(each, signal.SIGCONT)

    def close(self):
        self._script.stdin.close()
        self._script.wait()
        self._script.stdout.close()

    def _ask(self, command):
        self._script.stdin.write(command + "\n")
        self._script.stdin.flush()
        assert self._script.stdout.readline() == "done\n"

    def _execute(self, statement):
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)
