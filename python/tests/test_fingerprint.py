# SPDX-License-Identifier: Apache-2.0
"""Equal functions have equal fingerprints, in every process."""

import functools
import hashlib
import importlib
import os
import pathlib
import subprocess
import sys
import textwrap
import warnings

import pytest

from sluice._fingerprint import fingerprint_of

ROOT = pathlib.Path(__file__).resolve().parents[1]


def of_text(source, name="function"):
    """Of a function that has no source: it was compiled from a text."""
    names = {}
    exec(textwrap.dedent(source), names)
    return fingerprint_of(names[name])


def test_indentation_is_no_difference():
    if True:
        def function(context):
            return context
    first = fingerprint_of(function)

    def function(context):
        return context
    assert fingerprint_of(function) == first


def by(*_, **__):
    """A decorator that changes nothing."""
    return lambda function: function


def test_lines_of_decorators_are_no_difference():
    def function(context):
        return context
    first = fingerprint_of(function)

    @by(id="a", retry_attempts=3)
    def function(context):
        return context
    assert fingerprint_of(function) == first

    @by(
        id="a", timeout=5,
        on_failure=lambda id, error, given: None,
    )
    @by()
    # A word in between.
    def function(context):
        return context
    assert fingerprint_of(function) == first

    @by()
    def function(context):
        return None
    assert fingerprint_of(function) != first


def test_decorators_within_a_function_count():
    def function(context):
        @by(1)
        def within(): pass
        return within
    first = fingerprint_of(function)

    def function(context):
        @by(2)
        def within(): pass
        return within
    assert fingerprint_of(function) != first


def test_coroutines_and_methods_are_read_without_their_decorators_too():
    class First:
        @by(1)
        async def function(self, context):
            return context

    class Second:
        @by(2)
        async def function(self, context):
            return context

    assert fingerprint_of(First().function) == fingerprint_of(Second.function)


# One line, several lines and several lambdas in one line; what stands around them differs.
ONE = by(id="a", retry_attempts=3)(lambda context: context)
SAME = by(id="b")(lambda context: context)
LINES = by(
    id="c", timeout=5,
)(lambda context: context)
CALLBACK = [by(1, on_success=lambda id, out: 1)(lambda context: context), lambda: 7]
OTHER = by(id="a", retry_attempts=3)(lambda context: None)
NESTED = (lambda context:
          (lambda: context)())
DEEPER = [[[
    (lambda context:
     (lambda: context)())
]]][0][0][0]


def test_lambdas_are_read_without_what_stands_around_them():
    assert fingerprint_of(ONE) == fingerprint_of(SAME) == fingerprint_of(LINES)
    assert fingerprint_of(CALLBACK[0]) == fingerprint_of(ONE)
    assert fingerprint_of(OTHER) != fingerprint_of(ONE) != fingerprint_of(CALLBACK[1])
    assert fingerprint_of(NESTED) == fingerprint_of(DEEPER)


def test_lambdas_that_nothing_tells_apart_have_one_fingerprint():
    first, second = (lambda context: 1), (lambda context: 2)
    assert fingerprint_of(first) == fingerprint_of(second)
    first, third = (lambda context: 1), (lambda context: 3)
    assert fingerprint_of(first) == fingerprint_of(third) != fingerprint_of(second)


def test_fingerprint_is_that_of_the_text_and_so_the_same_for_every_interpreter():
    def function(context):
        # What it does.
        return f"""{context}
            ä"""  # and why

    text = 'def function(context):\n# What it does.\nreturn f"""{context}\n    ä"""'
    assert fingerprint_of(function) == hashlib.sha256(text.encode()).hexdigest()
    text = "lambda context: context\n"
    assert fingerprint_of(ONE) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.filterwarnings("error")
def test_source_warns_once(tmp_path, monkeypatch):
    (tmp_path / "warning.py").write_text("def function(context):\n    return '\\d'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        function = importlib.import_module("warning").function
    text = "def function(context):\nreturn '\\d'"
    assert fingerprint_of(function) == hashlib.sha256(text.encode()).hexdigest()


def test_file_that_has_changed_is_no_source(tmp_path, monkeypatch):
    path = tmp_path / "changing.py"
    path.write_text("def function(context):\n    return context\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    function = importlib.import_module("changing").function
    path.write_text("\n\n# It stands further down now.\n\ndef function(context):\n    return 1\n")
    assert fingerprint_of(function) == of_text("def function(context): return context")
    path.write_text("def function(:\n")
    assert fingerprint_of(function) == of_text("def function(context): return context")


@pytest.mark.parametrize("other", [
    "def function(c): return c['b']", "def function(c): return 1", "def function(c): return c.a",
    "def function(c): return (lambda: c['b'])", "def function(c):\n    'text'\n    return c['a']",
])
def test_without_source_code_and_constants_decide(other):
    source = "def function(c): return c['a']"
    assert of_text(source) == of_text(source)
    assert of_text(source) != of_text(other)


def test_constants_of_inner_functions_count():
    source = "def function(c): return (lambda: {})()"
    assert of_text(source.format("1")) != of_text(source.format("2"))


def test_line_numbers_are_no_difference():
    assert of_text("def function(c): return c") == of_text("\n\n\ndef function(c): return c")


def test_sets_of_constants_are_the_same_in_every_process():
    program = (
        "from sluice._fingerprint import fingerprint_of\n"
        "def function(c): return c in {'a', 'b', 'c', 'd', 'e'}\n"
        "print(fingerprint_of(function))\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


class Callable:
    def __call__(self, context):
        return context


class Other:
    def __call__(self, context):
        return None


def test_objects_that_are_called_have_that_of_their_class():
    assert fingerprint_of(Callable()) == fingerprint_of(Callable())
    assert fingerprint_of(Callable()) != fingerprint_of(Other())


def test_partial_has_that_of_its_function():
    def function(extra, context):
        return context

    assert fingerprint_of(functools.partial(function, 1)) == fingerprint_of(function)


def test_what_is_written_in_c_has_its_name():
    assert fingerprint_of(len) == fingerprint_of(len) != fingerprint_of(print)
    assert fingerprint_of(dict) != fingerprint_of(list)
