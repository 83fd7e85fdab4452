# SPDX-License-Identifier: Apache-2.0
"""What goes wrong within a program that runs workflows, and in what words it is told."""

import json
import os
import re
import subprocess

import pytest

from conftest import ROOT
from sluice_python import sluice_python

LIMIT = 16 << 20


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def outcomes(request, tmp_path_factory):
    """What became of everything that outcomes.py has done, on each store."""
    directory = tmp_path_factory.mktemp("outcomes")
    if request.param == "sqlite":
        url = f"sqlite://{directory}/sluice.db"
    else:
        cluster = request.getfixturevalue("scratch_postgres")
        url = cluster.url(cluster.new_database())
    program = ROOT / "tests/functional/workflow_programs/outcomes.py"
    ended = subprocess.run(
        [sluice_python(), program, "--db", url], cwd=directory, timeout=240, capture_output=True,
        text=True, env=os.environ | {"HOME": str(directory)},
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.parametrize("name, error", [
    ("exception", "ValueError: boom"),
    ("system-exit", "SystemExit: 3"),
    ("keyboard-interrupt", "KeyboardInterrupt"),
    ("no-context", "TypeError: a task returns a Context or None, not int"),
    ("nan", "context key 'a.b[1]': NaN is not a JSON value"),
    ("infinity", "context key 'a.b[1]': -Infinity is not a JSON value"),
    ("function", "context key 'a.b[1]': a value of type function is not a JSON value"),
    ("cycle", "(a cycle?)"),
    ("wide-integer", "the integer 18446744073709551616 does not fit 64 bits"),
])
def test_body_fails_its_attempt_whatever_it_raises(outcomes, name, error):
    run, task, told = outcomes[name]
    assert (run, task) == ("Failed", "Failed")
    assert error in told


def test_output_has_at_most_as_many_bytes_as_are_allowed(outcomes):
    assert outcomes["at-the-limit"] == ["Completed", "Completed", ""]
    run, task, told = outcomes["over-the-limit"]
    assert (run, task) == ("Failed", "Failed")
    assert f"{LIMIT + 1:,} bytes; {LIMIT:,} are allowed" in told


def test_integers_of_64_bits_stay_exact(outcomes):
    assert outcomes["integers"] is True


def test_body_may_call_its_runner_though_it_has_the_only_slot(outcomes):
    assert outcomes["outer"] == {"inner": 42}


def test_body_past_its_timeout_fails_and_keeps_its_thread(outcomes):
    status, error, seconds = outcomes["overdue"]
    assert (status, error) == ("Failed", "Timeout")
    assert seconds < 10  # it would stand for a minute
    [metric] = outcomes["overdue-metric"]
    assert metric.endswith(" 1")
    assert outcomes["waits-for-slot"]
    assert any("time has run out" in line for line in outcomes["overdue-why"])


def test_body_past_its_timeout_gives_its_place_back_and_its_result_is_refused(outcomes):
    assert outcomes["after-overdue"] == "Completed"
    assert outcomes["late-result"] == "Failed"


@pytest.mark.parametrize("name, told", [
    ("unknown-workflow",
     r"Workflow execution failed: no workflow named 'inne' \(did you mean 'inner'\?\)"),
    ("large-context", r"Workflow execution failed: .*16,777,216"),
    ("nan-context", r".*'a'.*NaN is not a JSON value"),
    ("no-schedule", r"Failed to register cron workflow: .*nobody"),
    ("quoted-schema",
     r"Schema name must contain only alphanumeric characters and underscores"),
    ("sqlite-schema", r"Failed to create DefaultRunner with schema: Failed to set up schema "
                      r"'tenant': .*give each tenant an SQLite file of its own"),
])
def test_what_cannot_be_is_refused_in_words(outcomes, name, told):
    assert re.match(told, outcomes[name]), outcomes[name]


def test_all_problems_of_a_definition_are_told_together(outcomes):
    told = outcomes["definition"]
    assert told.startswith("Failed to build workflow: ")
    for problem in ("'sum'", "'extrakt'", "did you mean 'extract'?", "load -> extract", "'nobody'"):
        assert problem in told, told


ENDS = """
import sys

from sluice import DefaultRunner, WorkflowBuilder, task

with WorkflowBuilder("w"):
    task(id="only")(lambda context: None)
runner = DefaultRunner(sys.argv[1])
print(runner.execute("w").status, flush=True)
sys.stdin.readline()
if sys.argv[2] == "shutdown":
    print(runner.shutdown(0.1))
"""


@pytest.mark.parametrize("end", ["shutdown", "exit"])
def test_program_ends_while_its_server_is_frozen(own_postgres, tmp_path, end):
    url = own_postgres.url(own_postgres.new_database())
    with subprocess.Popen(
        [sluice_python(), "-c", ENDS, url, end], cwd=tmp_path, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as program:
        assert program.stdout.readline() == "Completed\n"
        with own_postgres.frozen():
            told, errors = program.communicate("\n", timeout=30)
    assert (program.returncode, told) == (0, "0\n" if end == "shutdown" else "")
    assert "this Runner ends without it" in errors
