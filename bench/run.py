# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmarks on both stores and prints one table; ./dev bench calls it."""

import argparse
import json
import pathlib
import platform
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))

import whole  # noqa: E402
import workflows  # noqa: E402

GROUPS = {
    "engine": ("cycle", "single", "latency", "dag", "chain", "queues", "datums", "submit"),
    "whole": tuple(whole.ALL),
    "http": (
        "http-post", "http-post-no-starts", "http-life", "http-put", "http-list", "http-start",
        "http-child", "http-workers", "http-slow-targets", "http-rules-blocked", "http-rules-freed",
        "http-memory", "http-connections",
    ),
    "workflows": tuple(workflows.ALL),
}
NAMES = sum(GROUPS.values(), ())
STORES = ("sqlite", "postgres")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    names = ", ".join([*GROUPS, *NAMES])
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help=f"of {names}; else engine and whole")
    parser.add_argument("--store", choices=STORES, help="only this one")
    parser.add_argument("--runs", type=int, default=3, help="the median of so many (default 3)")
    parser.add_argument("--json", metavar="FILE", help="write all figures there, too")
    parser.add_argument("--bin", default=ROOT / "build/release/src/cli/sluice", type=pathlib.Path)
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES) - set(GROUPS)
    if unknown:
        parser.error(f"unknown benchmark {', '.join(sorted(unknown))}: {names} exist")
    options.names = [each for name in options.names for each in GROUPS.get(name, (name,))]
    return options


def run_once(binary, name, url):
    if name in whole.ALL:
        return whole.ALL[name](binary, url)
    if name in workflows.ALL:
        return workflows.ALL[name](binary, url)
    return whole.figures_of(whole.start(binary, name, url))


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
    for name in options.names or GROUPS["engine"] + GROUPS["whole"]:
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
    """One line for each benchmark and store: the figures that are numbers, beside some the target.
    """
    width = max(len(name) for name, _, _ in rows)
    for name, store, figures in rows:
        shown = "  ".join(
            f"{field} {in_short(value)}{beside(workflows.target(name, store, field))}"
            for field, value in figures.items()
            if is_number(value)
        )
        yield f"{name:<{width}} {store:<9} {shown}"


def in_short(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def beside(target):
    return f" ({target})" if target else ""


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
