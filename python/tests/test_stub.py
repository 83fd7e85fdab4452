# SPDX-License-Identifier: Apache-2.0
"""The stub of the extension and what runs agree; and every part of the stub is told about."""

import ast
import inspect
import pathlib

import pytest

from sluice import _core

STUB = pathlib.Path(__file__).resolve().parents[1] / "sluice/_core.pyi"
TREE = ast.parse(STUB.read_text(encoding="utf-8"))
FUNCTIONS = {node.name: node for node in TREE.body if isinstance(node, ast.FunctionDef)}
CLASSES = {node.name: node for node in TREE.body if isinstance(node, ast.ClassDef)}
METHODS = {
    (name, node.name): node
    for name, tree in CLASSES.items() for node in tree.body
    if isinstance(node, ast.FunctionDef) and node.name != "__init__"
}


def names_of(node):
    return [argument.arg for argument in node.args.args if argument.arg != "self"]


def parameters_of(function):
    """None for what is written in C and does not say."""
    try:
        return [name for name in inspect.signature(function).parameters if name != "self"]
    except ValueError:
        return None


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_those_of_the_stub(name):
    assert parameters_of(getattr(_core, name)) in (names_of(FUNCTIONS[name]), None)
    assert ast.get_docstring(FUNCTIONS[name])


@pytest.mark.parametrize("owner, name", METHODS)
def test_methods_are_those_of_the_stub(owner, name):
    method = getattr(getattr(_core, owner), name)
    assert parameters_of(method) in (names_of(METHODS[owner, name]), None)
    assert ast.get_docstring(METHODS[owner, name])


def test_types_are_those_of_the_design():
    exceptions = {name for name in CLASSES if issubclass(getattr(_core, name), BaseException)}
    assert exceptions == {"Error", "TaskStopped"}
    assert set(CLASSES) - exceptions == {"Runner", "Run", "Attempt", "Admin"}
    assert not issubclass(_core.TaskStopped, Exception)


def test_package_uses_nothing_that_the_stub_does_not_have():
    known = {*FUNCTIONS, *CLASSES, "Body", "OnSuccess", "OnFailure"}
    for path in STUB.parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_ours = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
            if is_ours and node.value.id == "_core":
                assert node.attr in known, f"{path.name}:{node.lineno}: _core.{node.attr}"
