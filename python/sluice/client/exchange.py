# SPDX-License-Identifier: Apache-2.0
"""What goes over the wire, and what is meant by it. Nothing here sends anything."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sluice.client.documents import json_text

T = TypeVar("T")

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One request, below the base URL. Each try of it sends the same bytes."""

    method: str
    path: str
    query: Query = ()
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; the names of headers are lower-case."""

    status: int
    headers: Mapping[str, str]
    content: bytes = b""

    @property
    def retry_after(self) -> float | None:
        """Seconds. The other form, a date, asks for a clock that both sides agree on."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isascii() and text.isdigit() else None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nobody said anything. `was_sent`: the request may have arrived and been obeyed."""

    failure: Exception
    was_sent: bool


Outcome = Answer | NoAnswer


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request, and how its answer is read.

    `repeatable`: sent twice it does what it does once, so that it may be tried again when nobody
    knows whether it has arrived. `confirm` is asked when such a repetition is refused: it gives
    the result if the first one had been obeyed, and raises otherwise.
    """

    request: Request
    read: Callable[[Answer], T]
    repeatable: bool = False
    also_good: frozenset[int] = frozenset()  # answers beside 2xx
    confirm: "Call[T] | None" = None

    def accepts(self, answer: Answer) -> bool:
        return 200 <= answer.status < 300 or answer.status in self.also_good


def get(path: str, read: Callable[[Answer], T], query: Query = ()) -> Call[T]:
    return Call(Request("GET", path, query), read, repeatable=True)


def json_request(
    method: str, path: str, body: Any, headers: Iterable[tuple[str, str]] = ()
) -> Request:
    return Request(
        method, path, content=json_text(body).encode(),
        headers={"Content-Type": "application/json", **dict(headers)},
    )


def nothing(_: Answer) -> None:
    """Reads an answer that says no more than that it was done."""
