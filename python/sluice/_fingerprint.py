# SPDX-License-Identifier: Apache-2.0
"""What a task's function is, as text: equal functions, equal text, in every process."""

from __future__ import annotations

import hashlib
import inspect
import textwrap
from types import CodeType
from typing import Any


def fingerprint_of(function: Any) -> str:
    """Of its source; where there is none (stdin, exec), of its bytecode and constants."""
    try:
        text = textwrap.dedent(inspect.getsource(inspect.unwrap(code_holder(function))))
    except (OSError, TypeError, ValueError):
        text = compiled_text(function)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


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
