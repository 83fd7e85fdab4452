# SPDX-License-Identifier: Apache-2.0
"""Calls for programs that wait for their answers."""

import time
from collections.abc import Callable, Iterator
from typing import Concatenate, ParamSpec, Self, TypedDict, TypeVar

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


class Options(TypedDict, total=False):
    """`timeout` is in seconds, for each step of a try. A request is tried up to `tries` times:
    when the server has too much to do, and when the connection breaks and a repetition can do no
    harm. `http` is an httpx client of yours, for proxies, certificates or connections in common;
    its own timeout counts then, and it stays open."""

    timeout: float
    tries: int
    http: httpx.Client | None


class Sender:
    """Sends calls to one server. Any number of threads may use it at the same time."""

    def __init__(self, server: Server, options: Options) -> None:
        given = options.get("http")
        self._server = server
        self._tries = options.get("tries", TRIES)
        self._owns_http = given is None
        self._http = given or httpx.Client(
            timeout=options.get("timeout", TIMEOUT), verify=certificates()
        )

    def send(self, call: Call[T]) -> T:
        steps = converse(call, self._tries)
        outcome: Outcome | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                result: T = end.value
                return result
            outcome = self._perform(step)

    def _perform(self, step: Request | Pause) -> Outcome | None:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return None
        try:
            return answer_of(self._http.request(**self._server.arguments(step)))
        except FAILURES as failure:
            return no_answer(failure)

    def close(self) -> None:
        if self._owns_http:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Reporter(Sender):
    """Sends calls about one task."""

    def __init__(self, server: Server, assignment: Assignment, options: Options) -> None:
        super().__init__(server, options)
        self.assignment = assignment


def blocking(build: Callable[P, Call[T]]) -> Callable[Concatenate[Sender, P], T]:
    @like(build)
    def method(self: Sender, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.send(build(*args, **kwargs))

    return method


def iterating(build: Callable[P, Call[Page[T]]]) -> Callable[Concatenate[Sender, P], Iterator[T]]:
    """All elements from there on, asked for page by page as they are needed."""

    @like(build)
    def method(self: Sender, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        following: Call[Page[T]] | None = build(*args, **kwargs)
        while following is not None:
            page = self.send(following)
            yield from page
            following = page.next

    return method


def reporting(
    build: Callable[Concatenate[Assignment, P], Call[T]]
) -> Callable[Concatenate[Reporter, P], T]:
    @like(build, replaces_first=True)
    def method(self: Reporter, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.send(build(self.assignment, *args, **kwargs))

    return method
