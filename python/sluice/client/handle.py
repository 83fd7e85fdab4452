# SPDX-License-Identifier: Apache-2.0
"""One task, as the target of its webhook sees it."""

from typing import Self, Unpack

from sluice.client import report_calls
from sluice.client.awaiting import AsyncOptions, AsyncReporter, async_reporting
from sluice.client.blocking import Options, Reporter, reporting
from sluice.client.connection import Headers, Server, handle_in, parse_handle
from sluice.client.report_calls import Assignment


class TaskHandle(Reporter):
    """Reports about the task that a webhook came for.

        with TaskHandle.from_webhook(request.url, request.headers) as task:
            task.report_progress(success=10)
            task.succeed()

    A URL that carries a token needs no API key. What it is given by name stands at `Options`; a
    target of many tasks gives all handles one `http`, for each has its own connections otherwise.
    """

    @classmethod
    def from_url(
        cls, url: str, *, attempt: int | None = None, api_key: str | None = None,
        **options: Unpack[Options],
    ) -> Self:
        """From the URL in the query parameter `handle`; `attempt` is the header X-Task-Attempt.

        A key goes to the host of the URL: give one only if you know who called.
        """
        handle = parse_handle(url)
        server = Server(handle.base_url, handle.query, api_key)
        return cls(server, Assignment(handle.task_id, attempt), options)

    @classmethod
    def from_webhook(
        cls, target: str, headers: Headers, **options: Unpack[Options]
    ) -> Self:
        """From the URL, or path with query, and the headers of a request that came."""
        url, attempt = handle_in(target, headers)
        return cls.from_url(url, attempt=attempt, **options)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    @property
    def id(self) -> str:
        return self.assignment.task_id

    succeed = reporting(report_calls.succeed)
    fail = reporting(report_calls.fail)
    report_progress = reporting(report_calls.report_progress)
    update = reporting(report_calls.update)
    heartbeat = reporting(report_calls.heartbeat)
    get = reporting(report_calls.get)
    cancel = reporting(report_calls.cancel)


class AsyncTaskHandle(AsyncReporter):
    """The same for asyncio: `await task.succeed()`."""

    @classmethod
    def from_url(
        cls, url: str, *, attempt: int | None = None, api_key: str | None = None,
        **options: Unpack[AsyncOptions],
    ) -> Self:
        """From the URL in the query parameter `handle`; `attempt` is the header X-Task-Attempt.

        A key goes to the host of the URL: give one only if you know who called.
        """
        handle = parse_handle(url)
        server = Server(handle.base_url, handle.query, api_key)
        return cls(server, Assignment(handle.task_id, attempt), options)

    @classmethod
    def from_webhook(
        cls, target: str, headers: Headers, **options: Unpack[AsyncOptions]
    ) -> Self:
        """From the URL, or path with query, and the headers of a request that came."""
        url, attempt = handle_in(target, headers)
        return cls.from_url(url, attempt=attempt, **options)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    @property
    def id(self) -> str:
        return self.assignment.task_id

    succeed = async_reporting(report_calls.succeed)
    fail = async_reporting(report_calls.fail)
    report_progress = async_reporting(report_calls.report_progress)
    update = async_reporting(report_calls.update)
    heartbeat = async_reporting(report_calls.heartbeat)
    get = async_reporting(report_calls.get)
    cancel = async_reporting(report_calls.cancel)
