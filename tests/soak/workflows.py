# SPDX-License-Identifier: Apache-2.0
"""Hundreds of fresh Python processes with mixed workflows on one database, several at once.

One in ten is killed, one is interrupted, one ends without shutting its runner down. Then a last one
goes on with what they have left: no run that was accepted may be lost.
"""

import collections
import json
import pathlib
import random
import signal
import subprocess
import tempfile
import threading
import time

from databases import databases

import checker  # of tests/functional, as servers.py has it
from sluice_python import sluice_python

PROGRAM = pathlib.Path(__file__).with_name("workflow_program.py")
AT_ONCE = 4
LIMIT_SECONDS = 60  # for one process; they take about two
SETTLE_SECONDS = 400
SIGNALS = {"kill": signal.SIGKILL, "interrupt": signal.SIGINT}
# A signal may come when the process has ended by itself, or, Ctrl-C, while the interpreter ends.
CODES = {
    "wait": {0}, "exit": {0}, "kill": {-signal.SIGKILL, 0},
    "interrupt": {-signal.SIGINT, 128 + signal.SIGINT, 0},
}


def endings(count, rng):
    """How each process is to end."""
    tenth = count // 10
    all_of_them = tenth * ["kill", "interrupt", "exit"]
    all_of_them += (count - len(all_of_them)) * ["wait"]
    rng.shuffle(all_of_them)
    return all_of_them


def verdict(end, code, errors):
    """What is wrong with how a process ended; None as a code: it did not. Nothing when all is well.
    """
    told = f"\n{errors.strip()[-2000:]}" if errors.strip() else ""
    if code is None:
        return f"a process that was to {end} hung for {LIMIT_SECONDS} s{told}"
    if code not in CODES[end]:
        return f"a process that was to {end} ended with {code}{told}"
    return None


class Soak:
    def __init__(self, url, directory, seed):
        self.problems = []
        self.ended = collections.Counter()  # (end, code)
        self._url = url
        self._accepted = directory / "accepted"
        self._accepted.touch()
        self._seed = seed
        self._lock = threading.Lock()

    def run(self, count):
        left = list(enumerate(endings(count, random.Random(self._seed))))
        threads = [threading.Thread(target=self._run_some, args=(left,)) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(30)
                print(f"  {len(left)} processes are left, {self.accepted()} runs accepted",
                      flush=True)

    def accepted(self):
        return self._accepted.read_text().count("\n")

    def settle(self):
        """How many runs there are when a last process has gone on with what was left."""
        last = self._start("settle", 0)
        try:
            output, errors = last.communicate(timeout=SETTLE_SECONDS)
        except subprocess.TimeoutExpired:
            last.kill()
            self.problems.append(f"the last process hung:\n{last.communicate()[1][-2000:]}")
            return 0
        if last.returncode != 0:
            self.problems.append(f"the last process ended with {last.returncode}:\n{errors}")
            return 0
        told = json.loads(output.splitlines()[-1])
        self.problems += told["problems"]
        return told["runs"]

    def _start(self, end, seed):
        return subprocess.Popen(
            [sluice_python(), PROGRAM, "--db", self._url, "--accepted", self._accepted,
             "--seed", str(seed), "--end", end],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )

    def _run_some(self, left):
        while True:
            with self._lock:
                if not left:
                    return
                number, end = left.pop()
            try:
                code, errors = self._run_one(end, self._seed * 10_000 + number)
            except Exception as error:  # it ends the soak and is told
                with self._lock:
                    self.problems.append(f"process {number}: {error!r}")
                    left.clear()
                return
            with self._lock:
                self.ended[end, code] += 1
                problem = verdict(end, code, errors)
                self.problems += [problem] if problem else []

    def _run_one(self, end, seed):
        """(exit code or None, what it complained about)"""
        process = self._start(end, seed)
        signals = SIGNALS.get(end)
        timer = threading.Timer(LIMIT_SECONDS, process.kill)
        timer.start()
        begin = time.monotonic()
        try:
            if process.stdout.readline() == "ready\n" and signals:
                time.sleep(random.Random(seed).uniform(0, 1.2))
                process.send_signal(signals)
            _, errors = process.communicate()
        finally:
            timer.cancel()
        hung = time.monotonic() - begin >= LIMIT_SECONDS
        return None if hung else process.returncode, errors


def run_on(store, count, seed, build):
    print(f"workflows: {count} processes on {store}, {AT_ONCE} at once, seed {seed}", flush=True)
    sluice_python()
    with databases(store) as new, tempfile.TemporaryDirectory(dir=build) as directory:
        url = new("workflows").url
        soak = Soak(url, pathlib.Path(directory), seed)
        begin = time.monotonic()
        soak.run(count)
        runs = soak.settle()
        ended = ", ".join(f"{number} to {end}: {code}"
                          for (end, code), number in sorted(soak.ended.items(), key=str))
        print(f"  ended with code: {ended}")
        print(f"  {soak.accepted()} runs accepted, {runs} with those of triggers, "
              f"{time.monotonic() - begin:.0f} s")
        return [f"{store}: {problem}" for problem in (*soak.problems, *checker.problems(url))]
