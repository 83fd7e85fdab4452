# SPDX-License-Identifier: Apache-2.0
"""Adds up the test cases of all reports and prints `N passed, N failed` as the last line.

usage: sum_reports.py DIRECTORY [--some] PART…

DIRECTORY holds, for each part, JUnit reports `PART/*.xml` with one entry for each case, and for the
C++ parts also `PART.ctest`, which knows the programs that ended without writing a report. A skipped
case counts as failed, because nobody sees that it did not run. So does a part without any case,
unless `--some` says that only some cases were asked for.
"""

import argparse
import pathlib
import sys
import xml.etree.ElementTree as xml


def case_failed(case):
    """GoogleTest and pytest write a child element; GoogleTest marks the skipped in an attribute."""
    not_run = case.get("status") == "notrun" or case.get("result") in ("skipped", "suppressed")
    return not_run or any(case.find(tag) is not None for tag in ("failure", "error", "skipped"))


def read_cases(report):
    """Yields (name, failed) for each case of a JUnit report."""
    for case in xml.parse(report).iter("testcase"):
        # With a filter GoogleTest lists only the selected cases.
        yield f"{case.get('classname')}.{case.get('name')}", case_failed(case)


def read_part(directory, part):
    """The cases of all reports, and one more for each program that failed in no case of its own:
    it died before it wrote its report, or after (a leak)."""
    reports = {file.stem: list(read_cases(file)) for file in (directory / part).glob("*.xml")}
    cases = [case for name in sorted(reports) for case in reports[name]]
    programs = directory / f"{part}.ctest"
    for name, failed in read_cases(programs) if programs.exists() else []:
        program = name.rpartition(".")[2]
        explained = any(failed for _, failed in reports.get(f"sluice_{program}_test", []))
        if failed and not explained:
            cases.append((f"the program of '{program}' broke off", True))
    return cases


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--some", action="store_true")
    parser.add_argument("parts", nargs="+")
    options = parser.parse_args()

    failures = []
    passed = 0
    for part in options.parts:
        cases = read_part(options.directory, part)
        if not cases and not options.some:
            failures.append(f"{part}: no test ran")
        failures += [f"{part}: {name}" for name, failed in cases if failed]
        passed += sum(not failed for _, failed in cases)
    for failure in failures:
        print(f"FAILED {failure}")
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
