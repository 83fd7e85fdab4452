# SPDX-License-Identifier: Apache-2.0
"""What a task's function is, as text: equal functions, equal text, in every process."""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import textwrap
import threading
import warnings
from types import CodeType
from typing import Any

# Where code begins, its name, and of a lambda its parameters: several may stand in one line.
_Key = tuple[int, str, tuple[str, ...]]

_filters = threading.Lock()  # those of warnings belong to all threads


def fingerprint_of(function: Any) -> str:
    """Of its source; where there is none (stdin, exec), of its bytecode and constants."""
    try:
        text = source_of(inspect.unwrap(code_holder(function)))
    except (OSError, SyntaxError, TypeError, ValueError):
        text = compiled_text(function)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def source_of(holder: Any) -> str:
    """Of a function without its decorators: how often a task is tried is no part of what it does.

    OSError or TypeError when there is none.
    """
    if inspect.isclass(holder):
        return textwrap.dedent(inspect.getsource(holder))
    lines, _ = inspect.findsource(holder)
    texts = texts_of("".join(lines)).get(key_of(holder.__code__))
    if texts is None:
        raise OSError("the file has changed since it was loaded")
    return "\n".join(texts)


def key_of(code: CodeType) -> _Key:
    count = code.co_argcount + code.co_kwonlyargcount
    parameters = code.co_varnames[:count] if code.co_name == "<lambda>" else ()
    return code.co_firstlineno, code.co_name, parameters


@functools.lru_cache(maxsize=8)
def texts_of(source: str) -> dict[_Key, list[str]]:
    """The functions and lambdas of a file. Lambdas that nothing tells apart stand together."""
    lines = source.split("\n")
    texts: dict[_Key, list[str]] = {}
    for node in ast.walk(parsed(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.decorator_list[0] if node.decorator_list else node
            key: _Key = (first.lineno, node.name, ())
        elif isinstance(node, ast.Lambda):
            given = node.args
            named = (*given.posonlyargs, *given.args, *given.kwonlyargs)
            key = (node.lineno, "<lambda>", tuple(one.arg for one in named))
        else:
            continue
        texts.setdefault(key, []).append(text_between(lines, node))
    return texts


def parsed(source: str) -> ast.Module:
    """Whoever loaded the file has heard its warnings."""
    with _filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def text_between(lines: list[str], node: ast.expr | ast.stmt) -> str:
    """The text of a node, wherever it stands. Columns are counted in bytes."""
    last = node.end_lineno or node.lineno
    held = [line.encode() for line in lines[node.lineno - 1:last]]
    held[-1] = held[-1][:node.end_col_offset]
    held[0] = held[0][node.col_offset:]
    # How far it is indented makes no difference, and the first line has no indentation now.
    rest = textwrap.dedent(b"\n".join(held[1:]).decode())
    return f"{held[0].decode()}\n{rest}"


def code_holder(function: Any) -> Any:
    """What the code stands in, for things that are called and are no functions."""
    function = getattr(function, "func", function)  # functools.partial
    is_code = inspect.isroutine(function) or inspect.isclass(function)
    return function if is_code else type(function)


def compiled_text(function: Any) -> str:
    holder = inspect.unwrap(code_holder(function))
    code = getattr(getattr(holder, "__call__", None), "__code__", None)
    code = getattr(holder, "__code__", code)
    if isinstance(code, CodeType):
        return text_of_code(code)
    # Written in C: the name is all there is.
    return f"{getattr(holder, '__module__', '')}.{getattr(holder, '__qualname__', '')}"


def text_of_code(code: CodeType) -> str:
    constants = [text_of_constant(constant) for constant in code.co_consts]
    return repr((code.co_code, code.co_names, code.co_varnames, constants))


def text_of_constant(constant: object) -> str:
    if isinstance(constant, CodeType):
        return text_of_code(constant)
    if isinstance(constant, frozenset):
        # Its order differs from process to process.
        return f"frozenset({sorted(map(repr, constant))})"
    return repr(constant)
