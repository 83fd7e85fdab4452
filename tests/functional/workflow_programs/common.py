# SPDX-License-Identifier: Apache-2.0
"""What the programs of functional tests share: arguments, a ledger, and how they wait."""

import argparse
import os
import pathlib
import select
import time

ACTIVE = ("Pending", "Running", "Paused")
PATIENCE = 180  # seconds until a program gives up


def parser():
    """Every program has a database; most write a line for each effect."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", required=True)
    parser.add_argument("--ledger", type=pathlib.Path)
    return parser


class Ledger:
    """A line for each effect, with one write, so that those of several processes do not mix."""

    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def note(self, handle):
        line = f"{handle.run_id} {handle.task_id} {handle.attempt} {os.getpid()}\n"
        os.write(self._file, line.encode())


def say(*words):
    """A line that a test waits for; with one write, so that those of several threads do not mix."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def rest(seconds):
    """As time.sleep, which fails under libfaketime: it waits for a time of the monotonic clock."""
    select.select([], [], [], seconds)


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "what was waited for has not come"
        rest(0.05)


def is_quiet(runner):
    """Whether every run of the database is final."""
    return not any(runner.list_runs(status=status, limit=1) for status in ACTIVE)
