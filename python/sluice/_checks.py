# SPDX-License-Identifier: Apache-2.0
"""What users pass, looked at before the engine sees it: refused in words that name it.

Another type is a TypeError, a value out of its limits a ValueError, as everywhere in Python. What
the engine checks well itself is left to it.
"""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

_SHOWN_MAX = 100


def shown(value: Any) -> str:
    """The value for an error: short, and whatever its repr does."""
    try:
        text = repr(value)
    except Exception:  # an integer of too many digits, say
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= _SHOWN_MAX else text[:_SHOWN_MAX] + "…"


def optional(check: Callable[[Any, str], T], value: Any, name: str) -> T | None:
    return None if value is None else check(value, name)


def is_text(value: Any) -> bool:
    """A string without halves of pairs of UTF-16, which the engine cannot be told."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} is a string, not {type(value).__name__}")
    if not is_text(value):
        raise ValueError(f"{name} is text that UTF-8 can spell, not {shown(value)}")
    return value


def filled(value: Any, name: str) -> str:
    """A text that is not empty. What else a name may be, the engine knows."""
    if not text(value, name):
        raise ValueError(f"{name} is not empty")
    return str(value)


def flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{name} is True or False, not {type(value).__name__}")
    return value


def whole(value: Any, name: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is a whole number, not {type(value).__name__}")
    if not least <= value <= most:
        raise ValueError(f"{name} is {least} to {most}, not {shown(value)}")
    return value


def number(value: Any, name: str) -> float:
    """Any but NaN; what is larger than every float is infinite."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} is a number, not {type(value).__name__}")
    try:
        made = float(value)
    except OverflowError:
        made = math.inf if value > 0 else -math.inf
    if math.isnan(made):
        raise ValueError(f"{name} is a number, not nan")
    return made


def milliseconds(seconds: float) -> int:
    """Whole ones: a little time is not none."""
    return max(1, round(seconds * 1000)) if seconds > 0 else 0


def instance(value: Any, wanted: type[T]) -> T:
    if not isinstance(value, wanted):
        raise TypeError(f"a {wanted.__name__} is needed, not {type(value).__name__}")
    return value


def function(value: Any, name: str) -> Callable[..., Any]:
    if not callable(value):
        raise TypeError(f"{name} is a function, not {type(value).__name__}")
    made: Callable[..., Any] = value
    return made


def database_url(value: Any, name: str) -> str:
    """Of a path: the file of that name."""
    is_path = isinstance(value, os.PathLike)
    said = os.fspath(value) if is_path else value
    if not isinstance(said, str):
        raise TypeError(f"{name} is a URL or a path, not {type(value).__name__}")
    if is_path and "?" in said:
        raise ValueError(f"{name} is a path without '?', where a URL ends, not {shown(value)}")
    return text(said, name)
