# SPDX-License-Identifier: Apache-2.0
"""The same as blocking.py, for asyncio."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Self, TypedDict, TypeVar

import httpx

from sluice.client.connection import (
    FAILURES, TIMEOUT, TRIES, Server, answer_of, certificates, no_answer,
)
from sluice.client.conversation import Pause, converse
from sluice.client.exchange import Call, Outcome, Request
from sluice.client.methods import like
from sluice.client.reading import Page
from sluice.client.report_calls import Assignment

P = ParamSpec("P")
T = TypeVar("T")


class AsyncOptions(TypedDict, total=False):
    """As `Options`; `http` is an `httpx.AsyncClient`."""

    timeout: float
    tries: int
    http: httpx.AsyncClient | None


class AsyncSender:
    """Sends calls to one server. Any number of tasks of one loop may use it at the same time."""

    def __init__(self, server: Server, options: AsyncOptions) -> None:
        given = options.get("http")
        self._server = server
        self._tries = options.get("tries", TRIES)
        self._owns_http = given is None
        self._http = given or httpx.AsyncClient(
            timeout=options.get("timeout", TIMEOUT), verify=certificates()
        )

    async def send(self, call: Call[T]) -> T:
        steps = converse(call, self._tries)
        outcome: Outcome | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                result: T = end.value
                return result
            outcome = await self._perform(step)

    async def _perform(self, step: Request | Pause) -> Outcome | None:
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return None
        try:
            return answer_of(await self._http.request(**self._server.arguments(step)))
        except FAILURES as failure:
            return no_answer(failure)

    async def close(self) -> None:
        if self._owns_http:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class AsyncReporter(AsyncSender):
    """Sends calls about one task."""

    def __init__(self, server: Server, assignment: Assignment, options: AsyncOptions) -> None:
        super().__init__(server, options)
        self.assignment = assignment


def awaiting(
    build: Callable[P, Call[T]]
) -> Callable[Concatenate[AsyncSender, P], Coroutine[Any, Any, T]]:
    @like(build)
    async def method(self: AsyncSender, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.send(build(*args, **kwargs))

    return method


def async_iterating(
    build: Callable[P, Call[Page[T]]]
) -> Callable[Concatenate[AsyncSender, P], AsyncIterator[T]]:
    """All elements from there on, asked for page by page as they are needed."""

    @like(build)
    async def method(self: AsyncSender, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        following: Call[Page[T]] | None = build(*args, **kwargs)
        while following is not None:
            page = await self.send(following)
            for element in page:
                yield element
            following = page.next

    return method


def async_reporting(
    build: Callable[Concatenate[Assignment, P], Call[T]]
) -> Callable[Concatenate[AsyncReporter, P], Coroutine[Any, Any, T]]:
    @like(build, replaces_first=True)
    async def method(self: AsyncReporter, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.send(build(self.assignment, *args, **kwargs))

    return method
