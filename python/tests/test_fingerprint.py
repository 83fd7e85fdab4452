# SPDX-License-Identifier: Apache-2.0
"""Equal functions have equal fingerprints, in every process."""

import functools
import os
import pathlib
import subprocess
import sys
import textwrap

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
