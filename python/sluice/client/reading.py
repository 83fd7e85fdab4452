# SPDX-License-Identifier: Apache-2.0
"""JSON becomes dataclasses: their annotations say how each member is read.

Members that nobody knows are ignored, and a member with a default may be absent: so that older
clients and newer servers understand each other, and the other way round.
"""

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from sluice.client.errors import SluiceError
from sluice.client.exchange import Answer, Call, get

T = TypeVar("T")


class Page(list[T]):
    """One page of a list. `next` asks for the page after it, None on the last one."""

    next: Call["Page[T]"] | None = None


def one(kind: type[T]) -> Callable[[Answer], T]:
    return lambda answer: convert(kind, body_of(answer), "")


def many(kind: type[T]) -> Callable[[Answer], list[T]]:
    return lambda answer: convert(list[kind], body_of(answer), "")  # type: ignore[valid-type]


def paged(kind: type[T], path: str, query: tuple[tuple[str, str], ...]) -> Call[Page[T]]:
    def read(answer: Answer) -> Page[T]:
        page = Page(many(kind)(answer))
        following = next_query(answer)
        page.next = None if following is None else paged(kind, path, following)
        return page

    return get(path, read, query)


def next_query(answer: Answer) -> tuple[tuple[str, str], ...] | None:
    """Of the link only the query counts: where the server is and what opens it, we know."""
    for link in answer.headers.get("link", "").split(","):
        target, _, relation = link.partition(";")
        if relation.replace(" ", "") == 'rel="next"':
            url = urlsplit(target.strip().strip("<>"))
            return tuple(parse_qsl(url.query, keep_blank_values=True))
    return None


def body_of(answer: Answer) -> Any:
    try:
        return json.loads(answer.content)
    except ValueError as problem:
        raise unreadable("", "JSON") from problem


def convert(kind: Any, value: Any, place: str) -> Any:
    if kind is Any:
        return value
    if dataclasses.is_dataclass(kind):
        return read_members(kind, value, place)
    arguments = typing.get_args(kind)
    if isinstance(kind, types.UnionType):
        [some] = [argument for argument in arguments if argument is not types.NoneType]
        return None if value is None else convert(some, value, place)
    if typing.get_origin(kind) is list:
        items = checked(list, value, place)
        return [convert(arguments[0], item, f"{place}[{i}]") for i, item in enumerate(items)]
    if typing.get_origin(kind) is dict:
        return checked(dict, value, place)
    if kind is datetime or issubclass(kind, Enum):
        return from_text(kind, value, place)
    return checked(kind, value, place)


def read_members(kind: Any, value: Any, place: str) -> Any:
    members = checked(dict, value, place)
    known = {}
    for name, annotation, is_required in members_of(kind):
        if name in members:
            known[name] = convert(annotation, members[name], f"{place}.{name}")
        elif is_required:
            raise unreadable(f"{place}.{name}", "a value")
    return kind(**known)


@functools.cache
def members_of(kind: Any) -> list[tuple[str, Any, bool]]:
    annotations = typing.get_type_hints(kind)
    return [
        (field.name, annotations[field.name], field.default is dataclasses.MISSING)
        for field in dataclasses.fields(kind)
    ]


def from_text(kind: Any, value: Any, place: str) -> Any:
    text = checked(str, value, place)
    try:
        return datetime.fromisoformat(text) if kind is datetime else kind(text)
    except ValueError as problem:
        raise unreadable(place, kind.__name__) from problem


def checked(kind: type, value: Any, place: str) -> Any:
    if type(value) is not kind:  # a bool is an int elsewhere, not in JSON
        raise unreadable(place, kind.__name__)
    return value


def unreadable(place: str, wanted: str) -> SluiceError:
    where = f" at {place.removeprefix('.')}" if place else ""
    return SluiceError(f"the answer cannot be read: {wanted} is expected{where}")
