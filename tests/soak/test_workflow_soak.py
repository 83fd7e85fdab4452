# SPDX-License-Identifier: Apache-2.0
"""How processes of the soak of workflows are to end, and what is said of those that do not."""

import collections
import random
import signal

import pytest

from workflows import endings, verdict


def test_one_in_ten_is_killed_one_interrupted_one_ends_without_shutdown():
    counted = collections.Counter(endings(500, random.Random(1)))
    assert counted == {"wait": 350, "kill": 50, "interrupt": 50, "exit": 50}


def test_a_seed_gives_the_same_order():
    assert endings(50, random.Random(7)) == endings(50, random.Random(7))
    assert endings(50, random.Random(7)) != endings(50, random.Random(8))


@pytest.mark.parametrize("end, code", [
    ("wait", 0), ("exit", 0), ("kill", -signal.SIGKILL), ("kill", 0),
    ("interrupt", -signal.SIGINT), ("interrupt", 130), ("interrupt", 0),
])
def test_the_expected_code_is_no_problem(end, code):
    assert verdict(end, code, "") is None


@pytest.mark.parametrize("end, code", [
    ("wait", 1), ("exit", -signal.SIGABRT), ("kill", -signal.SIGSEGV), ("interrupt", 1),
    ("wait", -signal.SIGKILL),
])
def test_another_code_is_told_with_what_the_process_said(end, code):
    told = verdict(end, code, "terminate called")
    assert f"{end} ended with {code}" in told and "terminate called" in told


def test_a_process_that_hangs_is_told():
    assert "hung" in verdict("exit", None, "")
