# SPDX-License-Identifier: Apache-2.0
"""The count at the end of ./dev test: what did not run, or broke off, is a failure."""

import subprocess
import sys

import pytest

from tree import ROOT

GTEST = '<testsuites><testsuite>{}</testsuite></testsuites>'
PASSED = '<testcase name="a" classname="A" status="run" result="completed"/>'
FAILED = '<testcase name="b" classname="A" status="run"><failure message="x"/></testcase>'
SKIPPED = '<testcase name="c" classname="A" status="run" result="skipped"><skipped/></testcase>'
NOT_RUN = '<testcase name="d" classname="A" status="notrun" result="suppressed"/>'
PROGRAM_PASSED = '<testsuite><testcase name="base" classname="base" status="run"/></testsuite>'
PROGRAM_FAILED = (
    '<testsuite><testcase name="base" classname="base" status="fail"><failure message=""/>'
    "</testcase></testsuite>"
)


def last_line(tmp_path, cases, program=PROGRAM_PASSED, *options):
    """What the script says about one part, whose program wrote `cases`, or no report at all."""
    (tmp_path / "unit").mkdir()
    if cases is not None:
        (tmp_path / "unit/sluice_base_test.xml").write_text(GTEST.format("".join(cases)))
    if program is not None:
        (tmp_path / "unit.ctest").write_text(program)
    result = subprocess.run(
        [sys.executable, ROOT / "tests/support/sum_reports.py", tmp_path, *options, "unit"],
        capture_output=True, text=True,
    )
    line = result.stdout.splitlines()[-1]
    assert (result.returncode == 0) == line.endswith(" 0 failed")
    return line


@pytest.mark.parametrize(
    "cases, program, expected",
    [
        ([PASSED, PASSED], PROGRAM_PASSED, "2 passed, 0 failed"),
        ([PASSED, FAILED], PROGRAM_FAILED, "1 passed, 1 failed"),
        ([PASSED, SKIPPED], PROGRAM_PASSED, "1 passed, 1 failed"),
        ([PASSED, NOT_RUN], PROGRAM_PASSED, "1 passed, 1 failed"),
        (None, PROGRAM_FAILED, "0 passed, 1 failed"),
        ([PASSED], PROGRAM_FAILED, "1 passed, 1 failed"),
        (None, None, "0 passed, 1 failed"),
    ],
    ids=["good", "failure", "skipped", "disabled", "crash", "leak_at_exit", "nothing_ran"],
)
def test_count(tmp_path, cases, program, expected):
    assert last_line(tmp_path, cases, program) == expected
