# SPDX-License-Identifier: Apache-2.0
"""The extension as the system and the interpreter see it."""

import importlib
import pathlib
import pickle
import subprocess
import sys

import pytest
from programs import run_program

from sluice import DefaultRunner, WorkflowBuilder, _core, task


def lines_of(*command):
    return subprocess.run(
        [*command, pathlib.Path(_core.__file__)], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_it_shows_one_function_only():
    lines = lines_of("nm", "--dynamic", "--defined-only")
    assert [line.split()[-1] for line in lines] == ["PyInit__core"]


def test_it_needs_no_http_and_no_allocator():
    needed = [line for line in lines_of("readelf", "--dynamic") if "(NEEDED)" in line]
    assert any("libsqlite3" in line for line in needed)
    assert not [line for line in needed if "curl" in line or "malloc" in line]


def test_problem_of_a_task_names_the_task():
    with pytest.raises(ValueError, match=r"task 'a': retry\.patterns\[0\]: must not be empty"):
        with WorkflowBuilder("bad"):
            task(id="a", retry_condition=[""])(lambda context: context)


def test_whoever_imports_it_again_is_given_the_same():
    del sys.modules["sluice._core"]
    try:
        again = importlib.import_module("sluice._core")
    finally:
        sys.modules["sluice._core"] = _core
    assert again is not _core and again.Runner is _core.Runner and again.Error is _core.Error


def test_subinterpreters_are_refused_with_words(tmp_path):
    ended = run_program(tmp_path, """
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        from sluice import _core

        inside = "import sluice._core"
        try:
            failure = interpreters.run_string(interpreters.create(), inside)
        except Exception as error:
            failure = error
        text = str(getattr(failure, "msg", failure))
        print("main interpreter" in text or "subinterpreters" in text)
    """)
    assert (ended.code, ended.lines) == (0, ["True"])


@pytest.mark.parametrize("make", [
    lambda: _core.Run(), lambda: _core.Attempt(), lambda: type("Mine", (_core.Runner,), {})])
def test_its_types_are_neither_made_nor_extended(make):
    with pytest.raises(TypeError):
        make()


def test_errors_know_their_kind_and_problems():
    definition = '{"workflow": "w", "tasks": [{"id": "a", "dependencies": ["b"]}, {"id": "a"}]}'
    with pytest.raises(_core.Error) as refusal:
        _core.check(definition)
    assert refusal.value.kind == "invalid" and len(refusal.value.problems) >= 2
    again = pickle.loads(pickle.dumps(refusal.value))
    assert (again.kind, again.problems) == (refusal.value.kind, refusal.value.problems)


@pytest.mark.parametrize("call", [
    lambda: _core.check(7), lambda: _core.pure(1, 2), lambda: _core.write_context([]),
    lambda: _core.Runner("a.db"), lambda: _core.retry_delay("{}", "1"),
    lambda: _core.register_trigger('{"name": "t", "on": "w", "cron": "* * * * *"}', 7)])
def test_wrong_types_are_type_errors(call):
    with pytest.raises(TypeError):
        call()


@pytest.mark.parametrize("call", [
    lambda: _core.check("{"), lambda: _core.check('{"workflow": "w", "unknown": 1, "tasks": []}'),
    lambda: _core.draw('{"workflow": "w", "tasks": [{"id": "a"}]}', "svg"),
    lambda: _core.retry_delay('{"backoff": "wild"}', 1),
    lambda: _core.register_trigger('{"name": "t", "on": "w", "cron": "x"}', print),
    lambda: _core.register_trigger('{"name": "t", "on": "w"}', print),
    lambda: _core.Runner("a.db", '{"mode": "none"}', None)])
def test_bad_documents_are_errors_of_kind_invalid(call):
    with pytest.raises(_core.Error) as refusal:
        call()
    assert refusal.value.kind == "invalid"


def test_file_that_is_no_database_is_refused_with_the_words_of_other_refusals(tmp_path):
    path = tmp_path / "garbage.db"
    path.write_bytes(b"x" * 10_000)
    with pytest.raises(ValueError) as refusal:
        DefaultRunner(f"sqlite://{path}")
    assert str(refusal.value).startswith(
        f"Failed to create DefaultRunner: database '{path}' is not an SQLite database")
    assert [each.name for each in tmp_path.iterdir()] == ["garbage.db"]


def test_delays_grow_as_the_policy_says():
    policy = ('{"max_attempts": 3, "backoff": "exponential", "base": 2.0, "multiplier": 1.0,'
              ' "initial_delay_ms": 1000, "max_delay_ms": 3000, "jitter": false}')
    assert [_core.retry_delay(policy, n) for n in (0, 1, 2, 3, 9)] == [
        1_000_000, 1_000_000, 2_000_000, 3_000_000, 3_000_000]
    assert [_core.should_retry(policy, n, "boom") for n in (1, 2, 3)] == [True, True, False]
