# SPDX-License-Identifier: Apache-2.0
"""The data that flows along the links of a workflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sluice import _checks, _core


class Context:
    """A JSON object: what a task is given, changes, and gives on.

    Values are copied as they come in and checked there, so that what cannot be stored is refused
    where it was set, with its key. They are copied as they go out, too: changing a list that `get`
    returned changes nothing here; `set` it again.
    """

    __slots__ = ("_values",)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        self._values: dict[str, Any] = {} if data is None else checked(data)

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or `default` when there is none."""
        return snapshot(self._values[key], key) if key in self._values else default

    def set(self, key: str, value: Any) -> None:
        """Puts a value there, whether or not there is one."""
        key = checked_key(key)
        self._values[key] = _core.pure(value, key)

    def insert(self, key: str, value: Any) -> None:
        """Puts a new value there; ValueError when there is one."""
        if key in self._values:
            raise ValueError(f"Key already exists: {key!r}")
        self.set(key, value)

    def update(self, key: str, value: Any) -> None:
        """Replaces a value; KeyError when there is none."""
        if key not in self._values:
            raise KeyError(f"Key not found: {key!r}")
        self.set(key, value)

    def remove(self, key: str) -> Any:
        """Takes a value out and returns it; None when there is none."""
        return self._values.pop(key, None)

    def to_dict(self) -> dict[str, Any]:
        return {key: snapshot(value, key) for key, value in self._values.items()}

    def update_from_dict(self, data: Mapping[str, Any]) -> None:
        """Sets all these, or none of them when one is not JSON."""
        self._values.update(checked(data))

    def to_json(self) -> str:
        return _core.write_context(self._values)

    @classmethod
    def from_json(cls, text: str) -> Context:
        """From the text of a JSON object; ValueError when it is something else."""
        if not isinstance(text, str):
            raise TypeError(f"text is a string, not {type(text).__name__}")
        context = cls()
        context._values = _core.read_context(text)
        return context

    def keys(self) -> list[str]:
        return list(self._values)

    def items(self) -> list[tuple[str, Any]]:
        return list(self.to_dict().items())

    def __getitem__(self, key: str) -> Any:
        if key not in self._values:
            raise KeyError(f"Key not found: {key!r}")
        return snapshot(self._values[key], key)

    def __setitem__(self, key: str, value: Any) -> None:
        self.set(key, value)

    def __delitem__(self, key: str) -> None:
        if key not in self._values:
            raise KeyError(f"Key not found: {key!r}")
        del self._values[key]

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Context) and self._values == other._values

    # It changes, so it cannot be a key.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Context({self.to_json()})"


def checked(data: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise TypeError(f"a Context is made of a dict, not of {type(data).__name__}")
    return {checked_key(key): _core.pure(value, key) for key, value in data.items()}


def checked_key(key: str) -> str:
    if not isinstance(key, str):
        raise TypeError(
            f"a key of a Context is a string, not {_checks.shown(key)} of type "
            f"{type(key).__name__}"
        )
    return key


def snapshot(value: Any, key: str) -> Any:
    return _core.pure(value, key) if isinstance(value, (dict, list)) else value


def document_of(context: Context | Mapping[str, Any] | None) -> str | None:
    """What the engine is given for a context that a caller passed; nothing for an empty one."""
    if context is None:
        return None
    if not isinstance(context, Context):
        context = Context(context)
    return context.to_json() if len(context) else None
