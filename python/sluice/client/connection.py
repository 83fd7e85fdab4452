# SPDX-License-Identifier: Apache-2.0
"""What both transports share: where the server is, what every request carries, what httpx says."""

import functools
import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx

import sluice
from sluice.client.exchange import Answer, NoAnswer, Query, Request

TIMEOUT = 30.0  # seconds for each step of a try: to connect, to send, until something comes
TRIES = 6

# Nothing was sent yet when one of these happens.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

# Everything else that httpx raises is a mistake of ours or of the caller, and passes through.
FAILURES = (
    httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, httpx.ProxyError,
)


@functools.cache
def certificates() -> ssl.SSLContext:
    """Read once for all clients: it takes longer than a request, and each handle is a client."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Server:
    """`query` goes with each request: the token of a handle stands there."""

    base_url: str
    query: Query = field(default=(), repr=False)
    api_key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        url = urlsplit(self.base_url)
        if url.scheme not in ("http", "https") or not url.netloc or url.query or url.fragment:
            raise ValueError(f"not the base URL of a server: '{without_query(self.base_url)}'")

    def arguments(self, request: Request) -> dict[str, Any]:
        """The arguments of httpx's `request`. A redirect is an error: keys stay where they are."""
        headers = {"User-Agent": f"sluice-python/{sluice.__version__}", **request.headers}
        if self.api_key is not None:
            headers["Authorization"] = f"Bearer {self.api_key}"
        return {
            "method": request.method, "url": self.url(request), "content": request.content,
            "headers": headers, "follow_redirects": False,
        }

    def url(self, request: Request) -> str:
        url = self.base_url.rstrip("/") + request.path
        query = urlencode(request.query + self.query, quote_via=quote)
        return f"{url}?{query}" if query else url


def answer_of(response: httpx.Response) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, response.content)


def no_answer(failure: Exception) -> NoAnswer:
    return NoAnswer(failure, was_sent=not isinstance(failure, NEVER_SENT))


@dataclass(frozen=True, slots=True)
class Handle:
    """What stands in a handle URL, `<base URL>/task/<id>?token=…`."""

    base_url: str
    task_id: str
    query: Query = field(repr=False)


def parse_handle(url: str) -> Handle:
    path, _, query = url.partition("?")
    match = re.fullmatch(r"(https?://[^/?#]+.*)/task/([0-9A-Fa-f-]{36})/?", path)
    if not match:
        raise ValueError(f"not the handle of a task: '{without_query(url)}'")
    return Handle(match[1], match[2], tuple(parse_qsl(query, keep_blank_values=True)))


def without_query(url: str) -> str:
    """For messages: a query may hold a token."""
    return url.partition("?")[0]


class Headers(Protocol):
    """Those of any framework, and a dictionary."""

    def items(self) -> Iterable[tuple[str, str]]: ...


def handle_in(target: str, headers: Headers) -> tuple[str, int | None]:
    """(handle URL, attempt) of a webhook's request: its URL or path, and its headers."""
    handles = [text for name, text in parse_qsl(urlsplit(target).query) if name == "handle"]
    if not handles:
        raise ValueError("no webhook of a task: its query has no 'handle'")
    lower = {name.lower(): value for name, value in headers.items()}
    attempt = lower.get("x-task-attempt", "")
    return handles[-1], int(attempt) if attempt.isdecimal() else None
