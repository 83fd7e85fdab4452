# SPDX-License-Identifier: Apache-2.0
"""Measures what jobs over buckets and on Kubernetes cost, beside what others take for the same.

./dev bench cluster calls it; those of pods in the network of the test machine (tests/cluster).
"""

import argparse
import json
import pathlib
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/functional"),
                str(ROOT / "tests/cluster")]

import buckets  # noqa: E402
import pods  # noqa: E402
import supervision  # noqa: E402
from run import in_short, is_number, machine  # noqa: E402

ALL = buckets.ALL | pods.ALL | supervision.ALL
NEEDS = buckets.NEEDS | pods.NEEDS | supervision.NEEDS  # of what tests/cluster/machine builds

# What is to be reached on two cores, in one run with what it is compared with.
TARGETS = {
    "s3-small": {"up_ratio": ">= 1", "down_ratio": ">= 1"},
    "s3-large": {"up_ratio": ">= 0.9", "down_ratio": ">= 0.9", "peak_memory_mib": "< 256"},
    "s3-list": {"ratio": "<= 1.1"},
    "s3-pipeline": {"ratio": "<= 2"},
    "pod-start": {"command_ms": "< 500"},
    "pod-end": {"wait_ms": "< 500"},
    "pod-trouble": {"shown_ms": "< 2000"},
    "supervisor": {"idle_cpu_percent": "< 5", "resident_mib": "< 150", "idle_calls": "0"},
    "workers-sqlite": {"reserve_p99_ms": "< 50", "woken_p99_ms": "< 50"},
    "workers-postgres": {"reserve_p99_ms": "< 50", "woken_p99_ms": "< 50"},
}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench cluster", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ALL)}; else all")
    parser.add_argument("--runs", type=int, default=3, help="the median of so many (default 3)")
    parser.add_argument("--gib", type=float, default=4, help="of the large object (default 4)")
    parser.add_argument("--json", metavar="FILE", help="write all figures there, too")
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path,
                        help="the build directory that is measured (default build/release)")
    parser.add_argument("--needs", action="store_true",
                        help="only say which programs of tests/cluster/machine they need")
    options = parser.parse_args()
    options.names = options.names or list(ALL)
    options.build = options.build.resolve()
    unknown = set(options.names) - set(ALL)
    if unknown:
        parser.error(f"unknown benchmark {', '.join(sorted(unknown))}: {', '.join(ALL)} exist")
    return options


def needs(names):
    """Each once, in the order in which they are built."""
    return ",".join(dict.fromkeys(each for name in names for each in NEEDS[name]))


def median_of(runs):
    return {field: statistics.median(run[field] for run in runs) for field in runs[0]
            if is_number(runs[0][field])}


def measure(name, options):
    print(f"{name} …", file=sys.stderr)
    runs = []
    for _ in range(options.runs):
        # Not /tmp, which may be memory: files of jobs are on a disk.
        with tempfile.TemporaryDirectory(dir=ROOT / "build") as directory:
            runs.append(ALL[name](options, pathlib.Path(directory)))
    return median_of(runs)


def line(name, figures):
    shown = []
    for field, value in figures.items():
        target = TARGETS.get(name, {}).get(field)
        shown.append(f"{field} {in_short(value)}" + (f" ({target})" if target else ""))
    return f"{name:<16} " + "  ".join(shown)


def main():
    options = parse_arguments()
    if options.needs:
        print(needs(options.names))
        return
    if not (options.build / "src/cli/sluice").is_file():
        sys.exit(f"{options.build} has no program: ./dev build release makes it")
    results = {name: measure(name, options) for name in options.names}
    print(f"median of {options.runs}, {machine()}")
    for name, figures in results.items():
        print(line(name, figures))
    if options.json:
        text = json.dumps({"machine": machine(), "results": results}, indent=2)
        pathlib.Path(options.json).write_text(text + "\n")


if __name__ == "__main__":
    main()
