# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmarks on both stores and prints one table; ./dev bench calls it."""

import argparse
import contextlib
import json
import pathlib
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import psycopg

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))

NAMES = ("cycle", "single", "latency", "dag", "chain", "queues", "datums", "submit")
# Made of several runs of cycle: see pair() and aged().
MADE = ("pair", "aged")
STORES = ("sqlite", "postgres")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    names = ", ".join(NAMES + MADE)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {names}; else all")
    parser.add_argument("--store", choices=STORES, help="only this one")
    parser.add_argument("--runs", type=int, default=3, help="the median of so many (default 3)")
    parser.add_argument("--json", metavar="FILE", help="write all figures there, too")
    parser.add_argument("--bin", default=ROOT / "build/release/src/cli/sluice", type=pathlib.Path)
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES + MADE)
    if unknown:
        known = ", ".join(NAMES + MADE)
        parser.error(f"unknown benchmark {', '.join(sorted(unknown))}: {known} exist")
    return options


def start(binary, name, url, *arguments):
    return subprocess.Popen(
        [binary, "bench", name, "--db", url, "--json", *arguments],
        stdout=subprocess.PIPE, text=True,
    )


def figures_of(process):
    output, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, process.args))}: exit code {process.returncode}")
    return json.loads(output)


def pair(binary, url):
    """Two processes that share the database, each with 100,000 tasks of its own queue."""
    one = figures_of(start(binary, "cycle", url, "--size", "100000"))["tasks_per_s"]
    begin = time.monotonic()
    both = [start(binary, "cycle", url, "--size", "100000", "--queue", f"q{i}") for i in (1, 2)]
    for process in both:
        figures_of(process)
    two = 200_000 / (time.monotonic() - begin)
    return {"one_tasks_per_s": one, "two_tasks_per_s": two, "ratio": two / one}


def aged(binary, url):
    """cycle on a new database, and after 1,000,000 tasks during which a snapshot was held open."""
    new = figures_of(start(binary, "cycle", url))["tasks_per_s"]
    with snapshot(url):
        figures_of(start(binary, "cycle", url, "--size", "1000000"))
        old = figures_of(start(binary, "cycle", url))["tasks_per_s"]
    return {"new_tasks_per_s": new, "aged_tasks_per_s": old, "ratio": old / new}


@contextlib.contextmanager
def snapshot(url):
    if url.startswith("sqlite://"):
        connection = sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)
    else:
        connection = psycopg.connect(url, autocommit=True)
    try:
        connection.execute("BEGIN" if url.startswith("sqlite://")
                           else "BEGIN ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SELECT count(*) FROM task").fetchone()
        yield
    finally:
        connection.close()


def run_once(binary, name, url):
    if name in MADE:
        return {"pair": pair, "aged": aged}[name](binary, url)
    return figures_of(start(binary, name, url))


def median_of(runs):
    """Field by field, each with the median of the runs; text and the like from the first."""
    return {
        field: statistics.median(run[field] for run in runs) if is_number(value) else value
        for field, value in runs[0].items()
    }


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def measure(options, store, new_url):
    """(name, store, figures) of each benchmark, every run on a new database."""
    for name in options.names or NAMES + MADE:
        print(f"{store}: {name} …", file=sys.stderr)
        yield name, store, median_of(
            [run_once(options.bin, name, new_url(f"{name}{run}")) for run in range(options.runs)]
        )


def measure_sqlite(options):
    # Not /tmp, which may be memory: durable means a disk.
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as directory:
        yield from measure(options, "sqlite", lambda file: f"sqlite://{directory}/{file}.db")


def measure_postgres(options):
    from scratch_postgres import ScratchPostgres

    cluster = ScratchPostgres()
    try:
        yield from measure(
            options, "postgres", lambda _: cluster.url(cluster.new_database())
        )
    finally:
        cluster.close()


def table(rows):
    """One line for each benchmark and store, with the figures that are numbers."""
    for name, store, figures in rows:
        shown = "  ".join(
            f"{field} {value:,.0f}" if abs(value) >= 100 else f"{field} {value:.3g}"
            for field, value in figures.items()
            if is_number(value)
        )
        yield f"{name:<8} {store:<9} {shown}"


def machine():
    cpus = pathlib.Path("/proc/cpuinfo").read_text()
    model = next((line for line in cpus.splitlines() if line.startswith("model name")), ": unknown")
    return f"{cpus.count('processor')} × {model.split(':', 1)[1].strip()}, {platform.release()}"


def main():
    options = parse_arguments()
    rows = []
    for store, measured in (("sqlite", measure_sqlite), ("postgres", measure_postgres)):
        if options.store in (None, store):
            rows += measured(options)
    print(f"median of {options.runs}, {machine()}")
    print("\n".join(table(rows)))
    if options.json:
        report = [{"name": name, "store": store} | figures for name, store, figures in rows]
        text = json.dumps({"machine": machine(), "results": report}, indent=2)
        pathlib.Path(options.json).write_text(text + "\n")


if __name__ == "__main__":
    main()
