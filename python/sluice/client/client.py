# SPDX-License-Identifier: Apache-2.0
"""The two clients. Their methods are the functions of the modules named *_calls."""

from typing import Unpack

from sluice.client import (
    batch_calls, group_calls, history_calls, schedule_calls, service_calls, stored_calls,
    task_calls,
)
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
    hide = blocking(task_calls.hide)
    restore = blocking(task_calls.restore)
    timeline = blocking(history_calls.timeline)
    why = blocking(history_calls.why)

    batch = blocking(batch_calls.batch)
    batches = blocking(batch_calls.batches)
    iterate_batches = iterating(batch_calls.batches)
    dag = blocking(batch_calls.dag)
    stop_batch = blocking(batch_calls.stop_batch)
    pause_batch = blocking(batch_calls.pause_batch)
    resume_batch = blocking(batch_calls.resume_batch)
    set_rules = blocking(batch_calls.set_rules)

    group = blocking(group_calls.group)
    groups = blocking(group_calls.groups)
    iterate_groups = iterating(group_calls.groups)
    stop_group = blocking(group_calls.stop_group)
    pause_group = blocking(group_calls.pause_group)
    resume_group = blocking(group_calls.resume_group)

    rules = blocking(stored_calls.rules)
    iterate_rules = iterating(stored_calls.rules)
    rule = blocking(stored_calls.rule)
    store_rule = blocking(stored_calls.store_rule)
    replace_rule = blocking(stored_calls.replace_rule)
    delete_rule = blocking(stored_calls.delete_rule)
    actions = blocking(stored_calls.actions)
    iterate_actions = iterating(stored_calls.actions)
    action = blocking(stored_calls.action)
    store_action = blocking(stored_calls.store_action)
    replace_action = blocking(stored_calls.replace_action)
    delete_action = blocking(stored_calls.delete_action)

    create_schedule = blocking(schedule_calls.create_schedule)
    schedules = blocking(schedule_calls.schedules)
    iterate_schedules = iterating(schedule_calls.schedules)
    schedule = blocking(schedule_calls.schedule)
    update_schedule = blocking(schedule_calls.update_schedule)
    delete_schedule = blocking(schedule_calls.delete_schedule)
    schedule_runs = blocking(schedule_calls.schedule_runs)
    iterate_schedule_runs = iterating(schedule_calls.schedule_runs)

    deliveries = blocking(service_calls.deliveries)
    iterate_deliveries = iterating(service_calls.deliveries)
    delivery = blocking(service_calls.delivery)
    redeliver = blocking(service_calls.redeliver)
    redeliver_all = blocking(service_calls.redeliver_all)
    audit = blocking(history_calls.audit)
    iterate_audit = iterating(history_calls.audit)
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
    hide = awaiting(task_calls.hide)
    restore = awaiting(task_calls.restore)
    timeline = awaiting(history_calls.timeline)
    why = awaiting(history_calls.why)

    batch = awaiting(batch_calls.batch)
    batches = awaiting(batch_calls.batches)
    iterate_batches = async_iterating(batch_calls.batches)
    dag = awaiting(batch_calls.dag)
    stop_batch = awaiting(batch_calls.stop_batch)
    pause_batch = awaiting(batch_calls.pause_batch)
    resume_batch = awaiting(batch_calls.resume_batch)
    set_rules = awaiting(batch_calls.set_rules)

    group = awaiting(group_calls.group)
    groups = awaiting(group_calls.groups)
    iterate_groups = async_iterating(group_calls.groups)
    stop_group = awaiting(group_calls.stop_group)
    pause_group = awaiting(group_calls.pause_group)
    resume_group = awaiting(group_calls.resume_group)

    rules = awaiting(stored_calls.rules)
    iterate_rules = async_iterating(stored_calls.rules)
    rule = awaiting(stored_calls.rule)
    store_rule = awaiting(stored_calls.store_rule)
    replace_rule = awaiting(stored_calls.replace_rule)
    delete_rule = awaiting(stored_calls.delete_rule)
    actions = awaiting(stored_calls.actions)
    iterate_actions = async_iterating(stored_calls.actions)
    action = awaiting(stored_calls.action)
    store_action = awaiting(stored_calls.store_action)
    replace_action = awaiting(stored_calls.replace_action)
    delete_action = awaiting(stored_calls.delete_action)

    create_schedule = awaiting(schedule_calls.create_schedule)
    schedules = awaiting(schedule_calls.schedules)
    iterate_schedules = async_iterating(schedule_calls.schedules)
    schedule = awaiting(schedule_calls.schedule)
    update_schedule = awaiting(schedule_calls.update_schedule)
    delete_schedule = awaiting(schedule_calls.delete_schedule)
    schedule_runs = awaiting(schedule_calls.schedule_runs)
    iterate_schedule_runs = async_iterating(schedule_calls.schedule_runs)

    deliveries = awaiting(service_calls.deliveries)
    iterate_deliveries = async_iterating(service_calls.deliveries)
    delivery = awaiting(service_calls.delivery)
    redeliver = awaiting(service_calls.redeliver)
    redeliver_all = awaiting(service_calls.redeliver_all)
    audit = awaiting(history_calls.audit)
    iterate_audit = async_iterating(history_calls.audit)
    health = awaiting(service_calls.health)
    ready = awaiting(service_calls.ready)
    version = awaiting(service_calls.version)
