# SPDX-License-Identifier: Apache-2.0
"""Long runs of whole programs, which say whether anything was wrong; ./dev soak calls it."""

import argparse
import pathlib
import sys
import time

import mixed
import rules
import workflows
from servers import ROOT

NAMES = ("rules", "mixed", "workflows")
STORES = ("sqlite", "postgres")
SHOWN_MAX = 20


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev soak", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help=f"of {', '.join(NAMES)}; else all")
    parser.add_argument("--minutes", type=float,
                        help="how long each takes (default: rules 10, mixed 60 on each store)")
    parser.add_argument("--store", choices=STORES,
                        help="only this one; rules needs PostgreSQL")
    parser.add_argument("--rate", type=int, help="tasks a second of mixed (default: half the peak)")
    parser.add_argument("--processes", type=int, default=500,
                        help="of workflows, on each store (default 500)")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000,
                        help="of the random load of rules, and of workflows")
    parser.add_argument("--bin", default=ROOT / "build/release/src/cli/sluice", type=pathlib.Path)
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"unknown soak {', '.join(sorted(unknown))}: {', '.join(NAMES)} exist")
    return options


def run(options):
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    names = options.names or NAMES
    if "rules" in names:
        yield from rules.run(options.bin, options.minutes or 10, options.seed, build)
    if "mixed" in names:
        for store in STORES:
            if options.store in (None, store):
                yield from mixed.run(
                    options.bin, store, options.minutes or 60, options.rate, build)
    if "workflows" in names:
        for store in STORES:
            if options.store in (None, store):
                yield from workflows.run_on(store, options.processes, options.seed, build)


def main():
    problems = list(run(parse_arguments()))
    for problem in problems[:SHOWN_MAX]:
        print(f"VIOLATION: {problem}")
    print(f"{len(problems)} violations")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
