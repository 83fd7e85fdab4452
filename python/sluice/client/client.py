# SPDX-License-Identifier: Apache-2.0
"""The two clients. Their methods are the functions of the modules named *_calls."""

from typing import Unpack

from sluice.client import batch_calls, service_calls, task_calls
from sluice.client.awaiting import AsyncOptions, AsyncSender, async_iterating, awaiting
from sluice.client.blocking import Options, Sender, blocking, iterating
from sluice.client.connection import Server


class Client(Sender):
    """Speaks to a server of the task service.

        with Client("http://127.0.0.1:8085", api_key=key) as client:
            created = client.create(batch)

    What it is given by name stands at `Options`. Each method raises a `SluiceError`.
    """

    def __init__(
        self, base_url: str, *, api_key: str | None = None, **options: Unpack[Options]
    ) -> None:
        super().__init__(Server(base_url, api_key=api_key), options)

    create = blocking(task_calls.create)
    get = blocking(task_calls.show)
    list = blocking(task_calls.find)
    iterate = iterating(task_calls.find)
    update = blocking(task_calls.update)
    count = blocking(task_calls.count)
    heartbeat = blocking(task_calls.heartbeat)
    cancel = blocking(task_calls.cancel)
    pause = blocking(task_calls.pause)
    resume = blocking(task_calls.resume)
    retry = blocking(task_calls.retry)

    batch = blocking(batch_calls.batch)
    batches = blocking(batch_calls.batches)
    iterate_batches = iterating(batch_calls.batches)
    dag = blocking(batch_calls.dag)
    stop_batch = blocking(batch_calls.stop_batch)
    pause_batch = blocking(batch_calls.pause_batch)
    resume_batch = blocking(batch_calls.resume_batch)

    deliveries = blocking(service_calls.deliveries)
    iterate_deliveries = iterating(service_calls.deliveries)
    delivery = blocking(service_calls.delivery)
    redeliver = blocking(service_calls.redeliver)
    redeliver_all = blocking(service_calls.redeliver_all)
    health = blocking(service_calls.health)
    ready = blocking(service_calls.ready)
    version = blocking(service_calls.version)


class AsyncClient(AsyncSender):
    """The same for asyncio: `await client.create(batch)`, `async for task in client.iterate()`."""

    def __init__(
        self, base_url: str, *, api_key: str | None = None, **options: Unpack[AsyncOptions]
    ) -> None:
        super().__init__(Server(base_url, api_key=api_key), options)

    create = awaiting(task_calls.create)
    get = awaiting(task_calls.show)
    list = awaiting(task_calls.find)
    iterate = async_iterating(task_calls.find)
    update = awaiting(task_calls.update)
    count = awaiting(task_calls.count)
    heartbeat = awaiting(task_calls.heartbeat)
    cancel = awaiting(task_calls.cancel)
    pause = awaiting(task_calls.pause)
    resume = awaiting(task_calls.resume)
    retry = awaiting(task_calls.retry)

    batch = awaiting(batch_calls.batch)
    batches = awaiting(batch_calls.batches)
    iterate_batches = async_iterating(batch_calls.batches)
    dag = awaiting(batch_calls.dag)
    stop_batch = awaiting(batch_calls.stop_batch)
    pause_batch = awaiting(batch_calls.pause_batch)
    resume_batch = awaiting(batch_calls.resume_batch)

    deliveries = awaiting(service_calls.deliveries)
    iterate_deliveries = async_iterating(service_calls.deliveries)
    delivery = awaiting(service_calls.delivery)
    redeliver = awaiting(service_calls.redeliver)
    redeliver_all = awaiting(service_calls.redeliver_all)
    health = awaiting(service_calls.health)
    ready = awaiting(service_calls.ready)
    version = awaiting(service_calls.version)
