# SPDX-License-Identifier: Apache-2.0
"""Event loops of body threads: one for each thread, made when its first `async def` comes.

A loop is kept until its thread ends, for making one costs more than most bodies; what a body left
on it is cancelled before the next one starts.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from typing import Any

_here = threading.local()


class _Kept:
    """A loop that is closed with its thread: the collector may take its sockets away first."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()

    def __del__(self) -> None:
        if not self.loop.is_running():
            self.loop.close()


def run_here(awaitable: Awaitable[Any]) -> Any:
    """Waits for it on this thread's loop."""
    loop = loop_of_this_thread()
    try:
        return loop.run_until_complete(awaited(awaitable))
    finally:
        cancel_what_is_left(loop)


async def awaited(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def loop_of_this_thread() -> asyncio.AbstractEventLoop:
    kept: _Kept | None = getattr(_here, "kept", None)
    if kept is None or kept.loop.is_closed():
        kept = _here.kept = _Kept()
    return kept.loop


def cancel_what_is_left(loop: asyncio.AbstractEventLoop) -> None:
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
