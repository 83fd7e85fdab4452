# SPDX-License-Identifier: Apache-2.0
"""Programs of their own: what ends, forks or is interrupted is a process, not a test."""

import os
import pathlib
import subprocess
import sys
import textwrap

PYTHON = pathlib.Path(__file__).resolve().parents[1]
LONG = 60

PRELUDE = """
import os
import signal
import sys
import threading

from sluice import *
from sluice import _life

URL = "sqlite://" + sys.argv[1]
_life.EXIT_GRACE_MS = 300


def single(name, function, **words):
    with WorkflowBuilder(name):
        task(id="only", retry_attempts=1, **words)(function)
"""


class Ended:
    def __init__(self, completed):
        self.code = completed.returncode
        self.lines = completed.stdout.splitlines()
        self.errors = completed.stderr

    def check(self, *lines, code=0):
        """It printed exactly this, and complained about nothing."""
        assert (self.code, self.lines, self.errors) == (code, list(lines), "")


def run_program(directory, text, code=PRELUDE):
    """Runs to its end, at most a minute; its argument is the path of a database."""
    program = directory / "program.py"
    program.write_text(code + textwrap.dedent(text), encoding="utf-8")
    return Ended(subprocess.run(
        [sys.executable, "-X", "faulthandler", "-W", "ignore", program, directory / "program.db"],
        capture_output=True, text=True, timeout=LONG, cwd=directory,
        env={**os.environ, "PYTHONPATH": str(PYTHON), "PYTHONUNBUFFERED": "1"},
    ))
