# SPDX-License-Identifier: Apache-2.0
"""The benchmarks of workflows in C++, small: they check what becomes of their runs."""

import json
import subprocess

import pytest


@pytest.fixture
def bench(sluice_bin, environment, directory):
    """bench(*arguments) → the finished program, from the build of the binary under test."""

    def bench(*arguments):
        ended = subprocess.run(
            [program_beside(sluice_bin), *map(str, arguments)], cwd=directory, env=environment,
            timeout=120, capture_output=True, text=True,
        )
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout.splitlines()[-1])

    return bench


def program_beside(sluice_bin):
    path = sluice_bin.parents[2] / "bench/workflows/workflow_bench"
    assert path.is_file(), f"{path} does not exist: ./dev test functional builds it"
    return path


@pytest.mark.parametrize("name", ["chain", "parallel"])
def test_runs_of_throughput_complete(bench, db_url, name):
    figures = bench(name, "--db", db_url, "--size", 20, "--clients", 8)
    assert figures["workflows_per_s"] > 0


def test_killed_program_in_cpp_is_gone_on_with_by_the_next(
    bench, start, sluice_bin, db_url
):
    victim = start(program_beside(sluice_bin), "restart-victim", "--db", db_url)
    run = victim.wait_for_line(r"running (\S+)")[1]
    victim.kill()
    assert bench("restart-heir", "--db", db_url, "--run", run)["from_open_ms"] < 1000


def test_awaited_runs_cost_no_threads(bench, db_url):
    figures = bench("awaited", "--db", db_url, "--size", 200, "--seconds", 1)
    assert figures["threads_more"] <= 0


def test_schedules_that_are_due_together_all_start(bench, tmp_path):
    figures = bench("schedules", "--db", f"sqlite://{tmp_path}/sluice.db", "--size", 300,
                    "--seconds", 4)
    assert 0 <= figures["first_started_ms"] and figures["last_started_s"] < 30
