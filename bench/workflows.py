# SPDX-License-Identifier: Apache-2.0
"""Benchmarks of workflows in code: programs of bench/workflows, in C++ and in Python.

Each is called as name(binary, url) with a new database and returns its figures. `binary` is the
command `sluice`, beside which the build has workflow_bench. Python is that of SLUICE_PYTHON.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import time

from sluice_python import sluice_python  # of tests/support, as run.py has it

PROGRAMS = pathlib.Path(__file__).with_name("workflows")
DEATHS = 10  # of wf-restart
STARTS = 5  # of py-first


def program_of(binary):
    return pathlib.Path(binary).resolve().parents[2] / "bench/workflows/workflow_bench"


def figures_of(words):
    """Of a program that prints them as its last line."""
    ended = subprocess.run(words, stdout=subprocess.PIPE, text=True)
    if ended.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: exit code {ended.returncode}")
    return json.loads(ended.stdout.splitlines()[-1])


def in_cpp(name):
    return lambda binary, url: figures_of([program_of(binary), name, "--db", url])


def in_python(name):
    return lambda binary, url: figures_of([sluice_python(), PROGRAMS / name, "--db", url])


def first(binary, url):
    """On a new database, whose tables are made meanwhile, and then on the same one."""
    words = [sluice_python(), PROGRAMS / "py_first.py", url]
    new = figures_of(words)
    again = [figures_of(words) for _ in range(STARTS)]
    return again[0] | {
        "new_database_s": new["first_s"],
        "first_s": statistics.median(run["first_s"] for run in again),
        "resident_mib": max(run["resident_mib"] for run in (new, *again)),
    }


def restart(binary, url):
    """kill -9 in the middle of a task, the program again at once: when does the task run again?"""
    after = [go_on_after_death(program_of(binary), url) for _ in range(DEATHS)]
    figures = [went_on for _, went_on in after]
    return figures[0] | {
        "went_on_ms": statistics.median(seconds for seconds, _ in after) * 1e3,
        "slowest_ms": max(seconds for seconds, _ in after) * 1e3,
        "from_open_ms": statistics.median(each["from_open_ms"] for each in figures),
    }


def go_on_after_death(program, url):
    """(seconds from the death to the body, figures of the process after it)"""
    victim = subprocess.Popen([program, "restart-victim", "--db", url], stdout=subprocess.PIPE,
                              text=True)
    try:
        run = victim.stdout.readline().split()[1]
    finally:
        victim.kill()
        killed_at = time.monotonic()
        victim.wait()
        victim.stdout.close()
    figures = figures_of([program, "restart-heir", "--db", url, "--run", run])
    return figures.pop("went_on_at") - killed_at, figures


ALL = {
    "wf-chain": in_cpp("chain"),
    "wf-parallel": in_cpp("parallel"),
    "py-chain": in_python("py_chain.py"),
    "py-hundred": in_python("py_hundred.py"),
    "py-first": first,
    "wf-restart": restart,
    "wf-schedules": in_cpp("schedules"),
    "wf-awaited": in_cpp("awaited"),
}

# What is to be reached on two cores, durable: on SQLite, on PostgreSQL.
TARGETS = {
    "wf-chain": {"p50_ms": ("< 4", "< 6"), "p99_ms": ("< 10", "< 15"),
                 "workflows_per_s": (">= 8000", ">= 5000")},
    "wf-parallel": {"workflows_per_s": (">= 5000", ">= 3000")},
    "py-chain": {"p50_ms": ("< 5", "< 8"), "workflows_per_s": (">= 1500", ">= 1200")},
    "py-hundred": {"p50_ms": ("< 60", "< 80")},
    "py-first": {"first_s": ("< 0.15", "< 0.3"), "resident_mib": ("< 50", None)},
    "wf-restart": {"slowest_ms": ("< 1000", "< 1000")},
    "wf-schedules": {"last_started_s": ("< 10", "< 15"), "few_p99_ms": ("< 50", "< 50")},
    "wf-awaited": {"threads_more": ("<= 0", "<= 0"), "resident_mib": ("< 200", "< 200"),
                   "idle_cpu_percent": ("< 1", "< 1")},
}


def target(name, store, field):
    """`< 4`, or nothing."""
    of_both = TARGETS.get(name, {}).get(field)
    return of_both and of_both[store == "postgres"]
