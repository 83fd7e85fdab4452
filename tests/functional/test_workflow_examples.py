# SPDX-License-Identifier: Apache-2.0
"""The examples of workflows in both languages: each checks its own result, on both stores."""

import re
import subprocess

import pytest

from conftest import ROOT
from sluice_python import sluice_python

TUTORIALS = ("01_first_workflow", "02_contexts", "03_parallel_diamond",
             "04_errors_retries_fallbacks", "05_cron", "06_tenants", "cron_scheduling")
MEASURING = ("performance_simple", "performance_pipeline", "performance_parallel")


@pytest.fixture(params=["cpp", "python"])
def example(request, sluice_bin, directory, environment):
    """example(name, *arguments) → what it prints, when it has ended well."""

    def program(name):
        if request.param == "python":
            return [sluice_python(), ROOT / f"examples/workflows-python/{name}.py"]
        return [sluice_bin.parents[2] / f"examples/workflows-cpp/{name}"]

    def example(name, *arguments):
        ended = subprocess.run(
            [*program(name), *map(str, arguments)], cwd=directory, env=environment, timeout=120,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        )
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout

    return example


@pytest.mark.parametrize("name", TUTORIALS)
def test_tutorial_ends_with_the_result_that_it_expects(example, name, db_url):
    example(name, "--db", db_url)


def test_tutorial_runs_again_on_the_database_that_it_has_made(example, db_url):
    first = example("01_first_workflow", "--db", db_url)

    assert first == "Completed: Hello, Ada!\n  look_up: Completed\n  greet: Completed\n"
    assert example("01_first_workflow", "--db", db_url) == first


def test_tutorial_needs_no_argument(example, directory):
    example("02_contexts")
    assert (directory / "workflows-example.db").is_file()


@pytest.mark.parametrize("name", MEASURING)
def test_program_that_measures_completes_all_its_runs(example, name, db_url):
    printed = example(name, "-i", 40, "-c", 8, "--db", db_url)

    assert re.search(r"\b40\b", printed), printed


def test_all_examples_are_run():
    for folder, suffix in (("cpp", "cc"), ("python", "py")):
        programs = {path.stem for path in (ROOT / f"examples/workflows-{folder}").iterdir()
                    if path.suffix == f".{suffix}"}
        assert programs - {"example", "measuring"} == {*TUTORIALS, *MEASURING}
