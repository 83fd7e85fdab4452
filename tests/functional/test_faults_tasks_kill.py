# SPDX-License-Identifier: Apache-2.0
"""kill −9 amid tasks that owe webhooks: every task has its end, and every webhook comes.

SLUICE_TEST_TASKS sets the number of tasks; 10,000 are what a release is tested with. A failure
shows its seed; SLUICE_TEST_SEED repeats it.
"""

import collections
import os
import random
import time

import checker
import pytest

from programs import wait_until
from task_clients import Finishers
from webhook_target import Target, call

TASKS = int(os.environ.get("SLUICE_TEST_TASKS", 1000))
KILLS = 10


@pytest.fixture
def rng():
    seed = int(os.environ.get("SLUICE_TEST_SEED", time.time_ns() % 1_000_000))
    print(f"SLUICE_TEST_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def target():
    target = Target()
    yield target
    target.close()


def new_tasks(target, count):
    def action(path, **more):
        params = {"url": target.url + path, "verb": "Post"}
        return {"kind": "Webhook", "params": params} | more

    # A kill may come while the target answers: it is asked again soon, and not only at a time-out.
    soon = {"max_retries": 20, "initial_delay_secs": 0.1, "max_delay_secs": 1}
    return [
        {"id": str(number), "name": str(number), "kind": "build", "timeout": 3600,
         "on_start": action("/start", retry=soon), "on_success": [action("/done", retry=soon)]}
        for number in range(count)
    ]


def counts_of(url, batch):
    return call("GET", f"{url}/batch/{batch}")[1]["status_counts"]


def assert_keys(webhooks, ids, end):
    """Each task had its webhook, again with the same key only. Result: how often one came again."""
    seen = collections.Counter(webhook.key for webhook in webhooks)
    assert set(seen) == {f"{task_id}:{end}" for task_id in ids}
    return sum(seen.values()) - len(seen)


def test_ten_kills_lose_no_task_and_no_webhook(serve, target, db_url, rng):
    arguments = ("--workers", "0", "--skip-ssrf-validation", "true")
    server, url = serve(db_url, *arguments)
    urls = [url]
    finishers = Finishers(lambda: urls)

    def behave(webhook):
        if webhook.trigger == "start":
            finishers.finish(webhook.task)
        return 200, None

    target.behave = behave
    status, created = call("POST", url + "/task", new_tasks(target, TASKS))
    assert status == 201
    ids = {task["id"] for task in created}
    batch = created[0]["batch_id"]

    # Each kill waits for its share of what has been sent, and then for a moment more.
    for kill in range(1, KILLS + 1):
        share = 2 * TASKS * kill // (KILLS + 1)
        wait_until(lambda: len(target.webhooks()) >= share, 120)
        time.sleep(rng.uniform(0, 0.05))
        server.kill()
        server, urls[0] = serve(db_url, *arguments)

    wait_until(lambda: counts_of(urls[0], batch)["success"] == TASKS, 120)
    wait_until(lambda: len({hook.task for hook in target.webhooks("end")}) == TASKS, 120)
    wait_until(lambda: not call("GET", urls[0] + "/deliveries?status=waiting")[1])
    again = (assert_keys(target.webhooks("start"), ids, "start"),
             assert_keys(target.webhooks("end"), ids, "end:success"))
    print(f"{TASKS} tasks, {KILLS} kills: {again[0]} starts and {again[1]} ends came again")
    assert call("GET", urls[0] + "/deliveries?status=dead")[1] == []
    assert finishers.broken == []
    assert not checker.problems(db_url)
